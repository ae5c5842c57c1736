// name: newest-accounts-behind-proxy
// question: Which are the newest accounts behind this proxy (its id, CIDR or operator, or an address in it)?
// param proxy: string
// param limit: integer = 50
// column account_id: string
// column created_at: datetime
// column status: string
// column addresses: integer
// column events: integer
// mode: read
MATCH (exit:Proxy)
WHERE exit.proxy_id = $proxy
   OR exit.operator = $proxy
   OR any(length IN ['', '/32', '/128'] WHERE $proxy + length IN exit.cidrs)
   OR EXISTS { (exit)<-[:EXIT_OF]-(:Ip {address: $proxy}) }
MATCH (exit)<-[:EXIT_OF]-(ip:Ip)<-[used:USED_IP]-(account:Account)
RETURN account.account_id AS account_id, account.created_at AS created_at,
       account.status AS status, count(DISTINCT ip) AS addresses, sum(used.events) AS events
ORDER BY created_at IS NULL, created_at DESC, account_id
LIMIT $limit
