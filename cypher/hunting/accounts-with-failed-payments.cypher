// name: accounts-with-failed-payments
// question: Which accounts tried many payment methods and failed (sprees of failed payments)?
// param at_least: integer = 3
// param limit: integer = 50
// column account_id: string
// column status: string
// column methods: integer
// column events: integer
// column failed: integer
// column first_seen: datetime
// column last_seen: datetime
// mode: read
MATCH (account:Account)-[paid:PAID_WITH]->(:PaymentMethod)
WHERE paid.failed > 0
WITH account, count(paid) AS methods, sum(paid.events) AS events, sum(paid.failed) AS failed,
     min(paid.first_seen) AS first_seen, max(paid.last_seen) AS last_seen
WHERE failed >= $at_least
RETURN account.account_id AS account_id, account.status AS status, methods, events, failed,
       first_seen, last_seen
ORDER BY failed DESC, methods DESC, account_id
LIMIT $limit
