// name: account-volumes
// question: What did each of these accounts do: requests, tokens, channels, capabilities, when?
// A request is counted by whatever it left: of addresses, clients and prompts the most, since a
// channel may leave out one or the other. Channels are lists as uses have them, of each kind of use a
// list; capabilities are pairs of name and requests.
// param accounts: list
// column account_id: string
// column requests: integer
// column input_tokens: integer
// column output_tokens: integer
// column first_seen: datetime
// column last_seen: datetime
// column channels: list
// column capabilities: list
// audience: internal
// mode: read
UNWIND $accounts AS account_id
MATCH (account:Account {account_id: account_id})
MATCH (account)-[use:USED_IP|USED_DEVICE|SENT|PAID_WITH]->()
WITH account, type(use) AS kind, sum(coalesce(use.events, 1)) AS events,
     sum(coalesce(use.input_tokens, 0)) AS sent, sum(coalesce(use.output_tokens, 0)) AS generated,
     min(use.first_seen) AS first_seen, max(use.last_seen) AS last_seen,
     collect(DISTINCT use.channels) AS channels
WITH account, max(CASE kind WHEN 'PAID_WITH' THEN 0 ELSE events END) AS requests,
     max(sent) AS input_tokens, max(generated) AS output_tokens, min(first_seen) AS first_seen,
     max(last_seen) AS last_seen, collect(channels) AS channels
RETURN account.account_id AS account_id, requests, input_tokens, output_tokens, first_seen,
       last_seen, channels,
       COLLECT {
         MATCH (account)-[sent:SENT]->(cluster:PromptCluster)
         WITH coalesce(cluster.capability, 'unknown') AS capability,
              sum(coalesce(sent.events, 1)) AS events
         RETURN [capability, events]
       } AS capabilities
