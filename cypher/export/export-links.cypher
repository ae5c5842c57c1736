// name: export-links
// question: Which accounts are linked, with the evidence of each link?
// With $rings, only links of their members.
// param run: string
// param rings: list = null
// column account_a: string
// column account_b: string
// column weight: float
// column families: strings
// column family_bits: floats
// column evidence: strings
// column evidence_bits: floats
// column ring_id: string
// column run: string
// mode: read
// audience: internal
MATCH (a:Account)-[link:LINKED {run: $run}]->(b:Account)
WHERE $rings IS NULL
   OR EXISTS { (a)-[:MEMBER_OF]->(ring:Ring) WHERE ring.ring_id IN $rings }
   OR EXISTS { (b)-[:MEMBER_OF]->(ring:Ring) WHERE ring.ring_id IN $rings }
WITH a, b, link ORDER BY a.account_id, b.account_id
RETURN a.account_id AS account_a, b.account_id AS account_b, link.weight AS weight,
       link.families AS families, link.family_bits AS family_bits, link.evidence AS evidence,
       link.evidence_bits AS evidence_bits,
       head(COLLECT {
         MATCH (a)-[:MEMBER_OF]->(ring:Ring)<-[:MEMBER_OF]-(b)
         RETURN ring.ring_id ORDER BY ring.ring_id
       }) AS ring_id,
       link.run AS run
