// name: payment-methods-over-countries
// question: Which cards and other payment methods are shared by accounts of several countries?
// param at_least: integer = 2
// param limit: integer = 50
// column payment_method_id: string
// column countries: list
// column accounts: integer
// mode: read
MATCH (shared:PaymentMethod)<-[:PAID_WITH]-(account:Account)
WHERE account.country IS NOT NULL
WITH shared, account ORDER BY account.country
WITH shared, collect(DISTINCT account.country) AS countries, count(account) AS accounts
WHERE size(countries) >= $at_least
RETURN shared.payment_method_id AS payment_method_id, countries, accounts
ORDER BY size(countries) DESC, accounts DESC, payment_method_id
LIMIT $limit
