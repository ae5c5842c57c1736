// name: background-users
// question: How many accounts use each of these, in rings or not?
// `features` is a list of maps of label and key.
// param features: list
// column label: string
// column key: string
// column accounts: integer
// audience: internal
// mode: read
UNWIND $features AS feature
CALL (feature) {
  WITH feature WHERE feature.label = 'PaymentMethod'
  MATCH (:PaymentMethod {payment_method_id: feature.key})<-[:PAID_WITH]-(account)
  RETURN count(DISTINCT account) AS accounts
  UNION ALL
  WITH feature WHERE feature.label = 'Bin'
  MATCH (:PaymentMethod {bin: feature.key})<-[:PAID_WITH]-(account)
  RETURN count(DISTINCT account) AS accounts
  UNION ALL
  WITH feature WHERE feature.label = 'Device'
  MATCH (:Device {device_id: feature.key})<-[:USED_DEVICE]-(account)
  RETURN count(DISTINCT account) AS accounts
  UNION ALL
  WITH feature WHERE feature.label = 'PromptCluster'
  MATCH (:PromptCluster {prompt_cluster_id: feature.key})<-[:SENT]-(account)
  RETURN count(DISTINCT account) AS accounts
  UNION ALL
  WITH feature WHERE feature.label = 'Ip'
  MATCH (:Ip {address: feature.key})<-[:USED_IP]-(account)
  RETURN count(DISTINCT account) AS accounts
  UNION ALL
  WITH feature WHERE feature.label = 'Proxy'
  MATCH (:Proxy {proxy_id: feature.key})<-[:EXIT_OF]-(:Ip)<-[:USED_IP]-(account)
  RETURN count(DISTINCT account) AS accounts
  UNION ALL
  WITH feature WHERE feature.label = 'ProxyOperator'
  MATCH (:Proxy {operator: feature.key})<-[:EXIT_OF]-(:Ip)<-[:USED_IP]-(account)
  RETURN count(DISTINCT account) AS accounts
  UNION ALL
  WITH feature WHERE feature.label = 'EmailDomain'
  MATCH (:EmailDomain {domain: feature.key})<-[:REGISTERED_WITH]-(account)
  RETURN count(DISTINCT account) AS accounts
}
WITH feature, sum(accounts) AS accounts
RETURN feature.label AS label, feature.key AS key, accounts
ORDER BY label, key
