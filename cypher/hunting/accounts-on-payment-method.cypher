// name: accounts-on-payment-method
// question: Which accounts share this card or other payment method?
// param payment_method_id: string
// param limit: integer = 50
// column account_id: string
// column status: string
// column created_at: datetime
// column events: integer
// column failed: integer
// column first_seen: datetime
// column last_seen: datetime
// mode: read
MATCH (:PaymentMethod {payment_method_id: $payment_method_id})<-[paid:PAID_WITH]-(account:Account)
RETURN account.account_id AS account_id, account.status AS status, account.created_at AS created_at,
       paid.events AS events, paid.failed AS failed, paid.first_seen AS first_seen,
       paid.last_seen AS last_seen
ORDER BY events DESC, account_id
LIMIT $limit
