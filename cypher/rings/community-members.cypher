// name: community-members
// question: Which nodes does each community of enough nodes hold?
// Numbers are the store's own. A row for each community: a row for each node costs thirty times as much.
// param graph_name: string
// param min_size: integer
// column nodes: list
// mode: read
// audience: internal
CALL gds.graph.nodeProperty.stream($graph_name, 'community')
YIELD nodeId, propertyValue
WITH propertyValue AS community, collect(nodeId) AS nodes
WHERE size(nodes) >= $min_size
RETURN nodes
ORDER BY community
