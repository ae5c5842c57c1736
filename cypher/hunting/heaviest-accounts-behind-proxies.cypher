// name: heaviest-accounts-behind-proxies
// question: Which accounts behind listed proxies (VPN, Tor, ...) use the most tokens?
// param kind: string = null
// param limit: integer = 50
// column account_id: string
// column tokens: integer
// column events: integer
// column kinds: list
// column operators: list
// mode: read
MATCH (account:Account)-[used:USED_IP]->(ip:Ip)
WHERE EXISTS { (ip)-[:EXIT_OF]->(exit:Proxy) WHERE $kind IS NULL OR exit.kind = $kind }
WITH account, collect(ip) AS ips, sum(used.events) AS events,
     sum(coalesce(used.input_tokens, 0) + coalesce(used.output_tokens, 0)) AS tokens
ORDER BY tokens DESC, account.account_id
LIMIT $limit
RETURN account.account_id AS account_id, tokens, events,
       COLLECT { UNWIND ips AS ip MATCH (ip)-[:EXIT_OF]->(exit:Proxy) WHERE exit.kind IS NOT NULL
                 RETURN DISTINCT exit.kind AS kind ORDER BY kind } AS kinds,
       COLLECT { UNWIND ips AS ip MATCH (ip)-[:EXIT_OF]->(exit:Proxy) WHERE exit.operator IS NOT NULL
                 RETURN DISTINCT exit.operator AS operator ORDER BY operator } AS operators
ORDER BY tokens DESC, account_id
