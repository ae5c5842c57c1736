// name: replacements-behind-proxy
// question: Which accounts were opened minutes after a ban, behind the same proxy?
// param minutes: integer = 60
// param status: string = banned
// param limit: integer = 50
// column banned: string
// column account_id: string
// column minutes_after: integer
// column proxies: list
// column status: string
// mode: read
MATCH (banned:Account {status: $status})
WHERE banned.status_at IS NOT NULL
// The window first, by the index on opening times: a proxy may carry a hundred thousand accounts.
MATCH (other:Account)
WHERE other.created_at >= banned.status_at
  AND other.created_at < banned.status_at + duration({minutes: $minutes})
MATCH (banned)-[:USED_IP]->(:Ip)-[:EXIT_OF]->(exit:Proxy)
WHERE EXISTS { (other)-[:USED_IP]->(:Ip)-[:EXIT_OF]->(exit) }
WITH DISTINCT banned, other, coalesce(exit.operator, exit.proxy_id) AS proxy ORDER BY proxy
RETURN banned.account_id AS banned, other.account_id AS account_id,
       duration.inSeconds(banned.status_at, other.created_at).minutes AS minutes_after,
       collect(proxy) AS proxies, other.status AS status
ORDER BY minutes_after, banned, account_id
LIMIT $limit
