// name: links-by-families
// question: On which kinds of evidence do links rest, and how many of them lie within rings?
// column families: list
// column links: integer
// column within_rings: integer
// column bits: float
// mode: read
MATCH (a:Account)-[link:LINKED]->(b:Account)
WITH link, EXISTS { (a)-[:MEMBER_OF]->(:Ring)<-[:MEMBER_OF]-(b) } AS within
RETURN link.families AS families, count(link) AS links,
       count(CASE WHEN within THEN 1 END) AS within_rings, avg(link.weight) AS bits
ORDER BY links DESC, families
