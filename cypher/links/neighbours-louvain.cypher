// name: neighbours-louvain
// question: Which similar accounts form communities, by Louvain?
// param graph_name: string
// column communities: integer
// mode: read
// audience: internal
CALL gds.louvain.mutate($graph_name, {
  mutateProperty: 'community',
  relationshipWeightProperty: 'similarity', concurrency: 1, logProgress: false
}) YIELD communityCount
RETURN communityCount AS communities
