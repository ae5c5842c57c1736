// name: link-projection
// question: Which graph of links do the community algorithms read?
// The lists are parallel; accounts are positions, so that the result does not depend on node ids.
// param graph_name: string
// param a: list
// param b: list
// param weight: list
// column projection: map
// mode: read
// audience: internal
UNWIND range(0, size($a) - 1) AS n
RETURN gds.graph.project($graph_name, $a[n], $b[n],
  {relationshipType: 'LINKED', relationshipProperties: {weight: $weight[n]}},
  {undirectedRelationshipTypes: ['LINKED'], readConcurrency: 1}) AS projection
