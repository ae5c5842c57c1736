// name: account-activity
// question: How much did each account do with each kind of identifier, by label?
// column account_id: string
// column Ip: integer
// column PaymentMethod: integer
// column Device: integer
// column PromptCluster: integer
// column EmailDomain: integer
// column payment_methods: integer
// mode: read
// audience: internal
MATCH (account:Account)
RETURN account.account_id AS account_id,
       reduce(n = 0, e IN [(account)-[u:USED_IP]->() | coalesce(u.events, 1)] | n + e) AS Ip,
       reduce(n = 0, e IN [(account)-[u:PAID_WITH]->() | coalesce(u.events, 1)] | n + e)
         AS PaymentMethod,
       reduce(n = 0, e IN [(account)-[u:USED_DEVICE]->() | coalesce(u.events, 1)] | n + e)
         AS Device,
       reduce(n = 0, e IN [(account)-[u:SENT]->() | coalesce(u.events, 1)] | n + e)
         AS PromptCluster,
       COUNT { (account)-[:REGISTERED_WITH]->() } AS EmailDomain,
       COUNT { (account)-[:PAID_WITH]->() } AS payment_methods
