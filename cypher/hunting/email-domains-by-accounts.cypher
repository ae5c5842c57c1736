// name: email-domains-by-accounts
// question: Which e-mail domains registered the most accounts since a day?
// param since: datetime = 1970-01-01T00:00:00Z
// param limit: integer = 50
// column domain: string
// column accounts: integer
// column newest: datetime
// column disposable: boolean
// mode: read
MATCH (domain:EmailDomain)<-[:REGISTERED_WITH]-(account:Account)
WHERE account.created_at >= $since
RETURN domain.domain AS domain, count(account) AS accounts, max(account.created_at) AS newest,
       coalesce(domain.disposable, false) AS disposable
ORDER BY accounts DESC, domain
LIMIT $limit
