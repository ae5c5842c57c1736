// name: prompt-signatures
// question: Which existing prompt clusters have one of these bands, and what are their signatures?
// param bands: list
// param batch_id: string
// column prompt_cluster_id: string
// column signature: string
// mode: read
// audience: internal
MATCH (band:PromptBand)<-[:IN_BAND]-(cluster:PromptCluster)
WHERE band.band_id IN $bands
  // What this very load has made so far is left out: run again, it has to decide the same.
  AND cluster.batch <> $batch_id
RETURN DISTINCT cluster.prompt_cluster_id AS prompt_cluster_id, cluster.signature AS signature
ORDER BY prompt_cluster_id
