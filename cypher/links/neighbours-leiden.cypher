// name: neighbours-leiden
// question: Which similar accounts form communities, by Leiden?
// param graph_name: string
// param seed: integer
// column communities: integer
// mode: read
// audience: internal
CALL gds.leiden.mutate($graph_name, {
  mutateProperty: 'community',
  relationshipWeightProperty: 'similarity', randomSeed: $seed, concurrency: 1, logProgress: false
}) YIELD communityCount
RETURN communityCount AS communities
