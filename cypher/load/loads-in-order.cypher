// name: loads-in-order
// question: Which loads are in, from the first to the last?
// column batch_id: string
// column table: string
// column state: string
// column file_names: list
// mode: read
// audience: internal
MATCH (batch:Batch)
RETURN batch.batch_id AS batch_id, batch.table AS table, batch.state AS state,
       batch.file_names AS file_names
ORDER BY batch.started_at, batch_id
