// name: rings-by-proxy-operator
// question: Which proxy operators do the rings use?
// param limit: integer = 50
// column operator: string
// column kinds: list
// column rings: list
// column members: integer
// column addresses: integer
// mode: read
MATCH (ring:Ring)<-[:MEMBER_OF]-(account:Account)-[:USED_IP]->(ip:Ip)-[:EXIT_OF]->(exit:Proxy)
WITH coalesce(exit.operator, exit.proxy_id) AS operator, ring, account, ip, exit
ORDER BY operator, ring.ring_id, exit.kind
RETURN operator, [kind IN collect(DISTINCT exit.kind) WHERE kind IS NOT NULL] AS kinds,
       collect(DISTINCT ring.ring_id) AS rings, count(DISTINCT account) AS members,
       count(DISTINCT ip) AS addresses
ORDER BY members DESC, operator
LIMIT $limit
