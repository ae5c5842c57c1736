// name: loads-of-lake
// question: Which loads of this table read a version of this table of a lake?
// param table: string
// param lake_table: string
// column batch_id: string
// column state: string
// column version: integer
// column files: list
// column rows: integer
// mode: read
// audience: internal
MATCH (batch:Batch {table: $table, lake_table: $lake_table})
RETURN batch.batch_id AS batch_id, batch.state AS state, batch.lake_version AS version,
       batch.files AS files, batch.rows AS rows
ORDER BY batch_id
