// name: give-up-load
// question: Abandon an interrupted load: committed rows stay, and it no longer blocks other loads.
// param batch_id: string
// column batch_id: string
// column table: string
// column file_names: list
// mode: write
// audience: internal
MATCH (batch:Batch {batch_id: $batch_id, state: 'open'})
SET batch.state = 'abandoned'
RETURN batch.batch_id AS batch_id, batch.table AS table, batch.file_names AS file_names
