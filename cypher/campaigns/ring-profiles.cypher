// name: ring-profiles
// question: What do two members or more of each ring use?
// `rings` is a list of maps of ring_id and members.
// param rings: list
// column ring_id: string
// column family: string
// column label: string
// column key: string
// column members: integer
// audience: internal
// mode: read
UNWIND $rings AS row
CALL (row) {
  UNWIND row.members AS account_id
  MATCH (account:Account {account_id: account_id})
  CALL (account) {
    MATCH (account)-[:PAID_WITH]->(method:PaymentMethod)
    RETURN 'payment' AS family, 'PaymentMethod' AS label, method.payment_method_id AS key
    UNION
    MATCH (account)-[:PAID_WITH]->(method:PaymentMethod) WHERE method.bin IS NOT NULL
    RETURN 'payment' AS family, 'Bin' AS label, method.bin AS key
    UNION
    MATCH (account)-[:USED_DEVICE]->(device:Device)
    RETURN 'device' AS family, 'Device' AS label, device.device_id AS key
    UNION
    MATCH (account)-[:SENT]->(cluster:PromptCluster)
    RETURN 'prompt' AS family, 'PromptCluster' AS label, cluster.prompt_cluster_id AS key
    UNION
    MATCH (account)-[:USED_IP]->(ip:Ip)
    RETURN 'network' AS family, 'Ip' AS label, ip.address AS key
    UNION
    MATCH (account)-[:USED_IP]->(:Ip)-[:EXIT_OF]->(proxy:Proxy)
    RETURN 'network' AS family, 'Proxy' AS label, proxy.proxy_id AS key
    UNION
    MATCH (account)-[:USED_IP]->(:Ip)-[:EXIT_OF]->(proxy:Proxy) WHERE proxy.operator IS NOT NULL
    RETURN 'network' AS family, 'ProxyOperator' AS label, proxy.operator AS key
    UNION
    MATCH (account)-[:REGISTERED_WITH]->(domain:EmailDomain)
    RETURN 'registration' AS family, 'EmailDomain' AS label, domain.domain AS key
  }
  WITH family, label, key, count(*) AS members
  WHERE members > 1
  RETURN family, label, key, members
}
RETURN row.ring_id AS ring_id, family, label, key, members
ORDER BY ring_id, family, label, key
