// name: link-projection
// question: What graph of links do the community algorithms see?
// param graph_name: string
// param run: string
// column projection: map
// mode: read
// audience: internal
MATCH (a:Account)-[link:LINKED {run: $run}]->(b:Account)
WITH a, b, link.weight AS weight
ORDER BY a.account_id, b.account_id
RETURN gds.graph.project($graph_name, a, b,
  {relationshipType: 'LINKED', relationshipProperties: {weight: weight}},
  {undirectedRelationshipTypes: ['LINKED'], readConcurrency: 1}) AS projection
