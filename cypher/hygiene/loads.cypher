// name: loads
// question: Which files were loaded, when, and how many rows of them?
// param limit: integer = 50
// column batch: string
// column table: string
// column files: list
// column version: string
// column state: string
// column started_at: datetime
// column finished_at: datetime
// column rows: integer
// column quarantined: integer
// column duplicates: integer
// mode: read
MATCH (batch:Batch)
RETURN left(batch.batch_id, 12) AS batch, batch.table AS table, batch.file_names AS files,
       split(batch.lake_table, ' ')[0] + ' ' + toString(batch.lake_version) AS version,
       batch.state AS state, batch.started_at AS started_at, batch.finished_at AS finished_at,
       batch.rows AS rows, batch.quarantined AS quarantined, batch.duplicates AS duplicates
ORDER BY started_at DESC, batch
LIMIT $limit
