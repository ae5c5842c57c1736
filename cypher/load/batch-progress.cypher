// name: batch-progress
// question: How many chunks of a step of this load are committed?
// param batch_id: string
// param step: string
// column chunks: integer
// mode: read
// audience: internal
MATCH (batch:Batch {batch_id: $batch_id})
RETURN coalesce(batch[$step], 0) AS chunks
