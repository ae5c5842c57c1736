// name: prompt-signatures
// question: Which clusters of prompts were found earlier, and by which signature?
// param batch_id: string
// column prompt_cluster_id: string
// column signature: string
// mode: read
// audience: internal
MATCH (cluster:PromptCluster)
// What this very load has made so far is left out: run again, it has to decide the same.
WHERE cluster.signature IS NOT NULL AND cluster.batch <> $batch_id
RETURN cluster.prompt_cluster_id AS prompt_cluster_id, cluster.signature AS signature
ORDER BY prompt_cluster_id
