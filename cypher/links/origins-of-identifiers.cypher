// name: origins-of-identifiers
// question: Which issuers, proxies and operators do identifiers belong to?
// One row per kind with an entry per identifier; numbers are node ids.
// column label: string
// column numbers: list
// column keys: list
// mode: read
// audience: internal
MATCH (method:PaymentMethod)
WHERE method.bin IS NOT NULL
RETURN 'Bin' AS label, collect(id(method)) AS numbers, collect(method.bin) AS keys
UNION ALL
MATCH (ip:Ip)-[:EXIT_OF]->(proxy:Proxy)
RETURN 'Proxy' AS label, collect(id(ip)) AS numbers, collect(proxy.proxy_id) AS keys
UNION ALL
MATCH (ip:Ip)-[:EXIT_OF]->(proxy:Proxy)
WHERE proxy.operator IS NOT NULL
RETURN 'ProxyOperator' AS label, collect(id(ip)) AS numbers, collect(proxy.operator) AS keys
