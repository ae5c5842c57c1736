// name: begin-undo
// question: Note that a load is being taken back, so that nobody counts on it.
// param batch_id: string
// column batch_id: string
// mode: write
// audience: internal
MATCH (batch:Batch {batch_id: $batch_id})
SET batch.state = 'undone'
RETURN batch.batch_id AS batch_id
