// name: campaign-volumes
// question: What did each campaign do: requests, tokens, channels, capabilities, proxies, when?
// A request is counted by whatever it left: of addresses, clients and prompts the most, since a
// channel may leave out one or the other. `campaigns` is a list of maps of campaign_id and members.
// param campaigns: list
// column campaign_id: string
// column requests: integer
// column input_tokens: integer
// column output_tokens: integer
// column first_seen: datetime
// column last_seen: datetime
// column channels: list
// column capabilities: list
// column capability_requests: list
// column proxies: list
// column operators: list
// audience: internal
// mode: read
UNWIND $campaigns AS row
CALL (row) {
  MATCH (account:Account) WHERE account.account_id IN row.members
  CALL (account) {
    MATCH (account)-[use:USED_IP|USED_DEVICE|SENT|PAID_WITH]->()
    WITH type(use) = 'PAID_WITH' AS paid, type(use) AS kind,
         sum(coalesce(use.events, 1)) AS events, sum(coalesce(use.input_tokens, 0)) AS sent,
         sum(coalesce(use.output_tokens, 0)) AS generated, min(use.first_seen) AS first_seen,
         max(use.last_seen) AS last_seen
    RETURN max(CASE WHEN paid THEN 0 ELSE events END) AS events, max(sent) AS sent,
           max(generated) AS generated, min(first_seen) AS first_seen, max(last_seen) AS last_seen
  }
  RETURN sum(events) AS requests, sum(sent) AS input_tokens, sum(generated) AS output_tokens,
         min(first_seen) AS first_seen, max(last_seen) AS last_seen
}
CALL (row) {
  MATCH (account:Account)-[sent:SENT]->(cluster:PromptCluster)
  WHERE account.account_id IN row.members
  WITH coalesce(cluster.capability, 'unknown') AS capability, sum(coalesce(sent.events, 1)) AS events
  ORDER BY events DESC, capability
  RETURN collect(capability) AS capabilities, collect(events) AS capability_requests
}
CALL (row) {
  MATCH (account:Account) WHERE account.account_id IN row.members
  WITH account
  MATCH (account)-[:USED_IP]->(:Ip)-[:EXIT_OF]->(proxy:Proxy)
  WITH proxy, count(DISTINCT account) AS users
  WHERE users > 1
  ORDER BY users DESC, proxy.proxy_id
  RETURN collect(proxy.proxy_id) AS proxies, collect(DISTINCT proxy.operator) AS operators
}
RETURN row.campaign_id AS campaign_id, requests, input_tokens, output_tokens, first_seen, last_seen,
       COLLECT {
         MATCH (account:Account) WHERE account.account_id IN row.members
         WITH account
         MATCH (account)-[use:USED_IP|USED_DEVICE|SENT]->()
         WITH DISTINCT use.channels AS channels
         UNWIND channels AS channel
         RETURN DISTINCT channel ORDER BY channel
       } AS channels,
       capabilities, capability_requests, proxies, operators
ORDER BY campaign_id
