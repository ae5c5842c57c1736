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
  // Each account's uses are looked up from the account, whatever the store's statistics say.
  CALL (account) {
    MATCH (account)-[:PAID_WITH]->(method)
    UNWIND [['PaymentMethod', method.payment_method_id], ['Bin', method.bin]] AS used
    RETURN DISTINCT 'payment' AS family, used[0] AS label, used[1] AS key
    UNION ALL
    MATCH (account)-[:USED_DEVICE]->(device)
    RETURN 'device' AS family, 'Device' AS label, device.device_id AS key
    UNION ALL
    MATCH (account)-[:SENT]->(cluster)
    RETURN 'prompt' AS family, 'PromptCluster' AS label, cluster.prompt_cluster_id AS key
    UNION ALL
    MATCH (account)-[:USED_IP]->(ip)
    OPTIONAL MATCH (ip)-[:EXIT_OF]->(proxy)
    UNWIND [['Ip', ip.address], ['Proxy', proxy.proxy_id], ['ProxyOperator', proxy.operator]]
      AS used
    RETURN DISTINCT 'network' AS family, used[0] AS label, used[1] AS key
    UNION ALL
    MATCH (account)-[:REGISTERED_WITH]->(domain)
    RETURN 'registration' AS family, 'EmailDomain' AS label, domain.domain AS key
  }
  WITH family, label, key, count(*) AS members
  WHERE members > 1 AND key IS NOT NULL
  RETURN family, label, key, members
}
RETURN row.ring_id AS ring_id, family, label, key, members
ORDER BY ring_id, family, label, key
