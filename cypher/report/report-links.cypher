// name: report-links
// question: Which links connect the members of each of these rings, with the evidence of each link?
// param ring_ids: list
// column ring_id: string
// column account_a: string
// column account_b: string
// column evidence: list
// column evidence_bits: list
// audience: internal
// mode: read
UNWIND $ring_ids AS ring_id
MATCH (ring:Ring {ring_id: ring_id})<-[:MEMBER_OF]-(a:Account)
MATCH (a)-[link:LINKED {run: ring.run}]->(b:Account)-[:MEMBER_OF]->(ring)
RETURN ring_id, a.account_id AS account_a, b.account_id AS account_b, link.evidence AS evidence,
       link.evidence_bits AS evidence_bits
ORDER BY ring_id, account_a, account_b
