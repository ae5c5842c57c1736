// name: end-exemplars
// question: Remove the exemplars of prompt clusters that were last sent before a time.
// param before: integer
// param rows: integer = 10000
// mode: write
// audience: internal
MATCH (cluster:PromptCluster)
WHERE cluster.exemplar IS NOT NULL AND EXISTS { (cluster)<-[:SENT]-() }
  AND NOT EXISTS { (cluster)<-[sent:SENT]-() WHERE sent.last_seen.epochMillis >= $before }
CALL (cluster) { SET cluster.exemplar = null } IN TRANSACTIONS OF $rows ROWS
