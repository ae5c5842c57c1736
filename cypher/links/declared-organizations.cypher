// name: declared-organizations
// question: Which organizations do accounts declare?
// In one row of lists, an entry per declaration. Numbers are the store's own.
// column numbers: list
// column organizations: list
// mode: read
// audience: internal
MATCH (organization:Organization)<-[:IN_ORGANIZATION]-(account:Account)
WITH account, organization.organization_id AS organization_id ORDER BY organization_id
RETURN collect(id(account)) AS numbers, collect(organization_id) AS organizations
