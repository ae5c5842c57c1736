// name: links-by-families
// question: Which kinds of evidence do links that touch rings rest on, and how many are within one ring?
// Only links of members of rings are stored, unless detection ran with --keep-links all.
// column families: list
// column links: integer
// column within_rings: integer
// column bits: float
// mode: read
MATCH (run:Run {state: 'done'})
WITH run ORDER BY run.finished_at DESC, run.run_id DESC LIMIT 1
MATCH (a:Account)-[link:LINKED {run: run.run_id}]->(b:Account)
WITH link, EXISTS { (a)-[:MEMBER_OF]->(:Ring)<-[:MEMBER_OF]-(b) } AS within
RETURN link.families AS families, count(link) AS links,
       count(CASE WHEN within THEN 1 END) AS within_rings, avg(link.weight) AS bits
ORDER BY links DESC, families
