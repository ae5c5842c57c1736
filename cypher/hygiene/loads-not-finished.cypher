// name: loads-not-finished
// question: Which loads were interrupted and have to be run again?
// column batch_id: string
// column table: string
// column started_at: datetime
// mode: read
MATCH (batch:Batch {state: 'open'})
RETURN batch.batch_id AS batch_id, batch.table AS table, batch.started_at AS started_at
ORDER BY started_at, batch_id
