// name: batches-of-table
// question: Which loads of this table are in, or on their way?
// param table: string
// column batch_id: string
// column state: string
// mode: read
// audience: internal
MATCH (batch:Batch {table: $table})
WHERE batch.state IN ['done', 'open']
RETURN batch.batch_id AS batch_id, batch.state AS state
ORDER BY batch_id
