// name: strongest-links
// question: Which pairs of accounts have the strongest links, and which of them are not in one ring?
// Only links of members of rings are stored, unless detection ran with --keep-links all. With
// $outside_rings, only links whose accounts are not in one ring are returned.
// param outside_rings: boolean = false
// param limit: integer = 50
// column account_a: string
// column account_b: string
// column bits: float
// column families: list
// column evidence: list
// column ring_id: string
// mode: read
MATCH (run:Run {state: 'done'})
WITH run ORDER BY run.finished_at DESC, run.run_id DESC LIMIT 1
MATCH (a:Account)-[link:LINKED {run: run.run_id}]->(b:Account)
WITH a, b, link,
     head(COLLECT { MATCH (a)-[:MEMBER_OF]->(ring:Ring)<-[:MEMBER_OF]-(b)
                    RETURN ring.ring_id ORDER BY ring.ring_id }) AS ring_id
WHERE NOT $outside_rings OR ring_id IS NULL
RETURN a.account_id AS account_a, b.account_id AS account_b, link.weight AS bits,
       link.families AS families, link.evidence AS evidence, ring_id
ORDER BY bits DESC, account_a, account_b
LIMIT $limit
