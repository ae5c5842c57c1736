// name: accounts-with-foreign-phones
// question: Which accounts have a phone number of another country than their own?
// param since: datetime = 1970-01-01T00:00:00Z
// param limit: integer = 50
// column account_id: string
// column country: string
// column phone_country: string
// column created_at: datetime
// column status: string
// mode: read
MATCH (account:Account)
WHERE account.created_at >= $since AND account.country <> account.phone_country
RETURN account.account_id AS account_id, account.country AS country,
       account.phone_country AS phone_country, account.created_at AS created_at,
       account.status AS status
ORDER BY created_at DESC, account_id
LIMIT $limit
