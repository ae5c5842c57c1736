// name: neighbours-similarity
// question: Which accounts share a large part of their rare identifiers?
// Weighted Jaccard similarity: the weight of what two accounts share over the weight of what either
// uses. The most similar accounts of each are kept, which bounds the cost; those of different
// components are not compared. Both ends may find a pair. Nodes keep the database's ids.
// param graph_name: string
// param similar: string
// param cutoff: float
// param most_similar: integer
// column projection: map
// mode: read
// audience: internal
CALL gds.nodeSimilarity.stream($graph_name, {
  relationshipWeightProperty: 'weight', similarityCutoff: $cutoff, topK: $most_similar,
  useComponents: true, concurrency: 1, logProgress: false
}) YIELD node1, node2, similarity
WITH CASE WHEN node1 < node2 THEN node1 ELSE node2 END AS one,
     CASE WHEN node1 < node2 THEN node2 ELSE node1 END AS other, max(similarity) AS similarity
MATCH (a:Account) WHERE id(a) = one
MATCH (b:Account) WHERE id(b) = other
// In the order of names: the order of the store means nothing.
WITH a, b, similarity ORDER BY a.account_id, b.account_id
RETURN gds.graph.project($similar, a, b,
  {relationshipType: 'SIMILAR', relationshipProperties: {similarity: similarity}},
  {undirectedRelationshipTypes: ['SIMILAR'], readConcurrency: 1}) AS projection
