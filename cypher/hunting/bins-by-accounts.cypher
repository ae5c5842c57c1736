// name: bins-by-accounts
// question: Which card BINs stand behind the most accounts, and are they prepaid?
// param kind: string = null
// param limit: integer = 50
// column bin: string
// column kind: string
// column payment_methods: integer
// column accounts: integer
// column failed: integer
// mode: read
MATCH (method:PaymentMethod)<-[paid:PAID_WITH]-(account:Account)
WHERE method.bin IS NOT NULL AND ($kind IS NULL OR method.kind = $kind)
RETURN method.bin AS bin, method.kind AS kind, count(DISTINCT method) AS payment_methods,
       count(DISTINCT account) AS accounts, sum(paid.failed) AS failed
ORDER BY accounts DESC, bin, kind
LIMIT $limit
