// name: ring-links
// question: Which links connect the members of a ring, with the evidence of each?
// param ring_id: string
// column account_a: string
// column account_b: string
// column weight: float
// column families: list
// column family_bits: list
// column evidence: list
// column evidence_bits: list
// mode: read
MATCH (ring:Ring {ring_id: $ring_id})<-[:MEMBER_OF]-(a:Account)
MATCH (a)-[link:LINKED {run: ring.run}]->(b:Account)-[:MEMBER_OF]->(ring)
RETURN a.account_id AS account_a, b.account_id AS account_b, link.weight AS weight,
       link.families AS families, link.family_bits AS family_bits, link.evidence AS evidence,
       link.evidence_bits AS evidence_bits
ORDER BY account_a, account_b
