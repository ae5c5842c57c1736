// name: export-evidence
// question: Which evidence ties each member to its ring, identifier by identifier?
// Of a link's bits one half goes to each end, so that a ring's bits add up to its score.
// param rings: list = null
// column ring_id: string
// column account_id: string
// column evidence: string
// column bits: float
// column links: integer
// mode: read
// audience: internal
MATCH (ring:Ring)
WHERE $rings IS NULL OR ring.ring_id IN $rings
MATCH (account:Account)-[:MEMBER_OF]->(ring)
MATCH (account)-[link:LINKED {run: ring.run}]-(:Account)-[:MEMBER_OF]->(ring)
UNWIND range(0, size(link.evidence) - 1) AS n
WITH ring.ring_id AS ring_id, account.account_id AS account_id, link.evidence[n] AS evidence,
     sum(link.evidence_bits[n]) / 2 AS bits, count(*) AS links
RETURN ring_id, account_id, evidence, bits, links
ORDER BY ring_id, account_id, bits DESC, evidence
