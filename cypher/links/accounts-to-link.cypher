// name: accounts-to-link
// question: Which accounts are there, since when, and which organizations do they declare?
// column account_id: string
// column opened: integer
// column organizations: list
// mode: read
// audience: internal
MATCH (account:Account)
RETURN account.account_id AS account_id, account.created_at.epochMillis AS opened,
       COLLECT {
         MATCH (account)-[:IN_ORGANIZATION]->(organization:Organization)
         RETURN organization.organization_id AS organization_id ORDER BY organization_id
       } AS organizations
ORDER BY account_id
