// name: proxies-by-accounts
// question: Which proxies carry the most accounts?
// param kind: string = null
// param limit: integer = 50
// column proxy_id: string
// column operator: string
// column kind: string
// column addresses: integer
// column accounts: integer
// mode: read
MATCH (exit:Proxy)<-[:EXIT_OF]-(ip:Ip)<-[:USED_IP]-(account:Account)
WHERE $kind IS NULL OR exit.kind = $kind
RETURN exit.proxy_id AS proxy_id, exit.operator AS operator, exit.kind AS kind,
       count(DISTINCT ip) AS addresses, count(DISTINCT account) AS accounts
ORDER BY accounts DESC, proxy_id
LIMIT $limit
