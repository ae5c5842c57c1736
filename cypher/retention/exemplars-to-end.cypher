// name: exemplars-to-end
// question: How many prompt clusters with an exemplar were last sent before a time?
// param before: integer
// column number: integer
// mode: read
// audience: internal
MATCH (cluster:PromptCluster)
WHERE cluster.exemplar IS NOT NULL AND EXISTS { (cluster)<-[:SENT]-() }
  AND NOT EXISTS { (cluster)<-[sent:SENT]-() WHERE sent.last_seen.epochMillis >= $before }
RETURN count(cluster) AS number
