// name: links-across-rings
// question: Which rings are tied to each other by links, and how strongly?
// param limit: integer = 50
// column ring_a: string
// column ring_b: string
// column links: integer
// column bits: float
// column families: list
// mode: read
MATCH (one:Ring)<-[:MEMBER_OF]-(a:Account)
MATCH (a)-[link:LINKED {run: one.run}]->(:Account)-[:MEMBER_OF]->(other:Ring)
WHERE one <> other
UNWIND link.families AS family
WITH CASE WHEN one.ring_id < other.ring_id THEN one ELSE other END AS a,
     CASE WHEN one.ring_id < other.ring_id THEN other ELSE one END AS b, link, family
ORDER BY family
WITH a, b, collect(DISTINCT link) AS links, collect(DISTINCT family) AS families
RETURN a.ring_id AS ring_a, b.ring_id AS ring_b, size(links) AS links,
       reduce(bits = 0.0, link IN links | bits + link.weight) AS bits, families
ORDER BY bits DESC, ring_a, ring_b
LIMIT $limit
