// name: background-users
// question: How many accounts use each of these, in rings or not?
// `features` is a list of maps of label and key.
// param features: list
// column label: string
// column key: string
// column accounts: integer
// audience: internal
// mode: read
CALL () {
  UNWIND [f IN $features WHERE f.label = 'PaymentMethod' | f.key] AS key
  MATCH (:PaymentMethod {payment_method_id: key})<-[:PAID_WITH]-(account)
  RETURN 'PaymentMethod' AS label, key, count(DISTINCT account) AS accounts
  UNION ALL
  UNWIND [f IN $features WHERE f.label = 'Bin' | f.key] AS key
  MATCH (method:PaymentMethod) WHERE method.bin = key
  MATCH (method)<-[:PAID_WITH]-(account)
  RETURN 'Bin' AS label, key, count(DISTINCT account) AS accounts
  UNION ALL
  UNWIND [f IN $features WHERE f.label = 'Device' | f.key] AS key
  MATCH (:Device {device_id: key})<-[:USED_DEVICE]-(account)
  RETURN 'Device' AS label, key, count(DISTINCT account) AS accounts
  UNION ALL
  UNWIND [f IN $features WHERE f.label = 'PromptCluster' | f.key] AS key
  MATCH (:PromptCluster {prompt_cluster_id: key})<-[:SENT]-(account)
  RETURN 'PromptCluster' AS label, key, count(DISTINCT account) AS accounts
  UNION ALL
  UNWIND [f IN $features WHERE f.label = 'Ip' | f.key] AS key
  MATCH (:Ip {address: key})<-[:USED_IP]-(account)
  RETURN 'Ip' AS label, key, count(DISTINCT account) AS accounts
  UNION ALL
  UNWIND [f IN $features WHERE f.label = 'Proxy' | f.key] AS key
  MATCH (proxy:Proxy {proxy_id: key})
  WITH key, proxy
  MATCH (proxy)<-[:EXIT_OF]-(:Ip)<-[:USED_IP]-(account)
  RETURN 'Proxy' AS label, key, count(DISTINCT account) AS accounts
  UNION ALL
  UNWIND [f IN $features WHERE f.label = 'ProxyOperator' | f.key] AS key
  MATCH (proxy:Proxy {operator: key})
  WITH key, proxy
  MATCH (proxy)<-[:EXIT_OF]-(:Ip)<-[:USED_IP]-(account)
  RETURN 'ProxyOperator' AS label, key, count(DISTINCT account) AS accounts
  UNION ALL
  UNWIND [f IN $features WHERE f.label = 'EmailDomain' | f.key] AS key
  MATCH (:EmailDomain {domain: key})<-[:REGISTERED_WITH]-(account)
  RETURN 'EmailDomain' AS label, key, count(DISTINCT account) AS accounts
}
RETURN label, key, accounts
ORDER BY label, key
