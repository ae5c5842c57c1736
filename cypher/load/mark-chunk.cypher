// name: mark-chunk
// question: Record that a chunk is committed, in the transaction that writes it.
// param batch_id: string
// param step: string
// param chunk: integer
// param mark: map
// column batch_id: string
// mode: write
// audience: internal
MATCH (batch:Batch {batch_id: $batch_id})
// A chunk that is in already must not count twice: dividing by zero ends its transaction.
WITH batch, 1 / CASE WHEN coalesce(batch[$step], 0) = $chunk THEN 1 ELSE 0 END AS due
SET batch += $mark
RETURN batch.batch_id AS batch_id
