// name: accounts-of-organization
// question: Which accounts declare this organization?
// param organization_id: string
// param limit: integer = 50
// column account_id: string
// column status: string
// column created_at: datetime
// mode: read
MATCH (:Organization {organization_id: $organization_id})<-[:IN_ORGANIZATION]-(account:Account)
RETURN account.account_id AS account_id, account.status AS status, account.created_at AS created_at
ORDER BY created_at IS NULL, created_at, account_id
LIMIT $limit
