// name: declared-organizations
// question: Which organizations do the accounts between two names declare?
// One page in one row of lists, an entry per declaration. Numbers are node ids.
// param low: string
// param high: string
// column accounts: list
// column organizations: list
// mode: read
// audience: internal
MATCH (account:Account)-[:IN_ORGANIZATION]->(organization:Organization)
WHERE account.account_id >= $low AND account.account_id <= $high
RETURN collect(id(account)) AS accounts, collect(id(organization)) AS organizations
