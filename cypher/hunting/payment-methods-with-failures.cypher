// name: payment-methods-with-failures
// question: Which payment methods fail most often (card testing)?
// param at_least: integer = 2
// param limit: integer = 50
// column payment_method_id: string
// column kind: string
// column accounts: integer
// column events: integer
// column failed: integer
// mode: read
MATCH (method:PaymentMethod)<-[paid:PAID_WITH]-(account:Account)
WITH method, count(account) AS accounts, sum(paid.events) AS events, sum(paid.failed) AS failed
WHERE failed >= $at_least
RETURN method.payment_method_id AS payment_method_id, method.kind AS kind, accounts, events, failed
ORDER BY failed DESC, payment_method_id
LIMIT $limit
