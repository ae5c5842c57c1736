// name: addresses-page
// question: Which IP addresses are in the graph, a page at a time?
// param after: string = ""
// param limit: integer = 50000
// column address: string
// mode: read
// audience: internal
MATCH (ip:Ip)
WHERE ip.address > $after
RETURN ip.address AS address
ORDER BY address
LIMIT $limit
