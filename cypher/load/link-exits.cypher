// name: link-exits
// question: Connect each address to the proxies of its longest listed prefix, and to no others.
// param rows: list
// column addresses: integer
// mode: write
// audience: internal
UNWIND $rows AS row
MATCH (ip:Ip {address: row.address})
CALL (ip, row) {
  OPTIONAL MATCH (ip)-[old:EXIT_OF]->(shorter:Proxy)
  WHERE NOT shorter.proxy_id IN row.proxies
  DELETE old
}
CALL (ip, row) {
  UNWIND row.proxies AS proxy_id
  MATCH (proxy:Proxy {proxy_id: proxy_id})
  MERGE (ip)-[:EXIT_OF]->(proxy)
}
RETURN count(ip) AS addresses
