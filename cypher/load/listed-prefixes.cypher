// name: listed-prefixes
// question: Which prefixes do the proxies cover?
// column proxy_id: string
// column cidrs: list
// mode: read
// audience: internal
MATCH (proxy:Proxy)
WHERE proxy.cidrs IS NOT NULL
RETURN proxy.proxy_id AS proxy_id, proxy.cidrs AS cidrs
ORDER BY proxy_id
