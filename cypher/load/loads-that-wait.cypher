// name: loads-that-wait
// question: Which interrupted loads depend on the state of the graph, so that other loads have to wait?
// param batch_id: string
// column batch_id: string
// column table: string
// column file_names: list
// mode: read
// audience: internal
MATCH (batch:Batch {state: 'open', reads_graph: true})
WHERE batch.batch_id <> $batch_id
RETURN batch.batch_id AS batch_id, batch.table AS table, batch.file_names AS file_names
ORDER BY batch_id
