// name: account-volumes
// question: What did each of these accounts do: requests, tokens, channels, capabilities, when?
// Requests, tokens and channels are those of one kind of use, the kind with most of the account's
// requests (a row holds account_id and kind, none for an account without requests): a channel may leave
// out one or the other. Times are of payments too. Channels are lists as uses have them; capabilities
// are pairs of name and requests.
// param rows: list
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
UNWIND $rows AS row
MATCH (account:Account {account_id: row.account_id})
CALL (account, row) {
  CALL (account, row) {
    MATCH (account)-[use:SENT]->() WHERE row.kind = 'SENT' RETURN use
    UNION ALL
    MATCH (account)-[use:USED_DEVICE]->() WHERE row.kind = 'USED_DEVICE' RETURN use
    UNION ALL
    MATCH (account)-[use:USED_IP]->() WHERE row.kind = 'USED_IP' RETURN use
  }
  RETURN sum(coalesce(use.events, 1)) AS requests, sum(coalesce(use.input_tokens, 0)) AS input_tokens,
         sum(coalesce(use.output_tokens, 0)) AS output_tokens, min(use.first_seen) AS first_request,
         max(use.last_seen) AS last_request, collect(DISTINCT use.channels) AS channels
}
CALL (account) {
  MATCH (account)-[paid:PAID_WITH]->()
  RETURN min(paid.first_seen) AS first_paid, max(paid.last_seen) AS last_paid
}
RETURN account.account_id AS account_id, requests, input_tokens, output_tokens,
       CASE WHEN first_paid < first_request THEN first_paid
            ELSE coalesce(first_request, first_paid) END AS first_seen,
       CASE WHEN last_paid > last_request THEN last_paid
            ELSE coalesce(last_request, last_paid) END AS last_seen,
       channels,
       COLLECT {
         MATCH (account)-[sent:SENT]->(cluster:PromptCluster)
         WITH coalesce(cluster.capability, 'unknown') AS capability,
              sum(coalesce(sent.events, 1)) AS events
         RETURN [capability, events]
       } AS capabilities
