// name: links-of-member
// question: Which links tie an account to the other members of a ring, with the evidence of each?
// param ring_id: string
// param account_id: string
// column other_account_id: string
// column bits: float
// column evidence: list
// column evidence_bits: list
// mode: read
MATCH (ring:Ring {ring_id: $ring_id})<-[:MEMBER_OF]-(account:Account {account_id: $account_id})
MATCH (account)-[link:LINKED {run: ring.run}]-(other:Account)-[:MEMBER_OF]->(ring)
RETURN other.account_id AS other_account_id, link.weight AS bits, link.evidence AS evidence,
       link.evidence_bits AS evidence_bits
ORDER BY bits DESC, other_account_id
