// name: ring-payments
// question: What do the members of this ring pay with, and who else does?
// param ring_id: string
// param limit: integer = 50
// column payment_method_id: string
// column kind: string
// column bin: string
// column issuer_country: string
// column members: integer
// column outside: integer
// column events: integer
// column failed: integer
// mode: read
MATCH (:Ring {ring_id: $ring_id})<-[:MEMBER_OF]-(account:Account)
MATCH (account)-[paid:PAID_WITH]->(method:PaymentMethod)
WITH method, count(account) AS members, sum(paid.events) AS events, sum(paid.failed) AS failed
RETURN method.payment_method_id AS payment_method_id, method.kind AS kind, method.bin AS bin,
       method.issuer_country AS issuer_country, members,
       COUNT { (method)<-[:PAID_WITH]-() } - members AS outside, events, failed
ORDER BY members DESC, events DESC, payment_method_id
LIMIT $limit
