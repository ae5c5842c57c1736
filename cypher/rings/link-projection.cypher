// name: link-projection
// question: Which graph of links do the community algorithms read?
// A row holds a node, a weight, and the nodes that it is linked with by that weight. Rows lie in the order
// of names, so that the result does not depend on the store.
// param graph_name: string
// param rows: list
// column projection: map
// mode: read
// audience: internal
UNWIND $rows AS row
UNWIND row[2] AS other
RETURN gds.graph.project($graph_name, other, row[0],
  {relationshipType: 'LINKED', relationshipProperties: {weight: row[1]}},
  {undirectedRelationshipTypes: ['LINKED'], readConcurrency: 1}) AS projection
