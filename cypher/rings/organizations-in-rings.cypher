// name: organizations-in-rings
// question: Which declared organizations have accounts in rings, and how many of their accounts are in rings?
// param limit: integer = 50
// column organization_id: string
// column accounts: integer
// column in_rings: integer
// column rings: list
// mode: read
MATCH (organization:Organization)<-[:IN_ORGANIZATION]-(account:Account)-[:MEMBER_OF]->(ring:Ring)
WITH organization, account, ring ORDER BY ring.ring_id
WITH organization, count(DISTINCT account) AS in_rings, collect(DISTINCT ring.ring_id) AS rings
RETURN organization.organization_id AS organization_id,
       COUNT { (organization)<-[:IN_ORGANIZATION]-() } AS accounts, in_rings, rings
ORDER BY in_rings DESC, organization_id
LIMIT $limit
