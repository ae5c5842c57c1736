// name: loads-done
// question: What was loaded, how many rows, and how many were refused?
// param limit: integer = 50
// column batch_id: string
// column table: string
// column rows: integer
// column quarantined: integer
// column duplicates: integer
// column finished_at: datetime
// mode: read
MATCH (batch:Batch {state: 'done'})
RETURN batch.batch_id AS batch_id, batch.table AS table, batch.rows AS rows,
       batch.quarantined AS quarantined, batch.duplicates AS duplicates,
       batch.finished_at AS finished_at
ORDER BY finished_at IS NULL, finished_at DESC, batch_id
LIMIT $limit
