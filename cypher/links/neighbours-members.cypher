// name: neighbours-members
// question: Which accounts does each community of enough accounts hold?
// Numbers are the store's own.
// param graph_name: string
// param min_size: integer
// column accounts: list
// mode: read
// audience: internal
CALL gds.graph.nodeProperty.stream($graph_name, 'community')
YIELD nodeId, propertyValue
WITH propertyValue AS community, collect(nodeId) AS accounts
WHERE size(accounts) >= $min_size
RETURN accounts
