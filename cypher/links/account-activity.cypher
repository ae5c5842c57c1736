// name: account-activity
// question: How much did each account do with each kind of identifier?
// column account_id: string
// column label: string
// column events: integer
// column identifiers: integer
// mode: read
MATCH (account:Account)-[use:USED_IP|PAID_WITH|USED_DEVICE|SENT|REGISTERED_WITH]->(identifier)
WITH account, labels(identifier)[0] AS label, sum(coalesce(use.events, 1)) AS events,
     count(*) AS identifiers
RETURN account.account_id AS account_id, label, events, identifiers
