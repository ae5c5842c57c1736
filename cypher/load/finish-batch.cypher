// name: finish-batch
// question: Record that a load is complete.
// param batch_id: string
// column batch_id: string
// mode: write
// audience: internal
MATCH (batch:Batch {batch_id: $batch_id})
SET batch.finished_at = CASE batch.state WHEN 'done' THEN batch.finished_at ELSE datetime() END,
    batch.state = 'done'
RETURN batch.batch_id AS batch_id
