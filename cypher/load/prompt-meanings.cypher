// name: prompt-meanings
// question: What do existing prompt clusters mean, as the vectors of their leaders?
// One page by id.
// param batch_id: string
// param after: string
// param rows: integer
// column prompt_cluster_id: string
// column meaning: string
// mode: read
// audience: internal
MATCH (cluster:PromptCluster)
WHERE cluster.prompt_cluster_id > $after AND cluster.meaning IS NOT NULL
  // What this very load has made so far is left out: run again, it has to decide the same.
  AND cluster.batch <> $batch_id
RETURN cluster.prompt_cluster_id AS prompt_cluster_id, cluster.meaning AS meaning
ORDER BY prompt_cluster_id
LIMIT $rows
