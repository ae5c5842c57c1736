// name: loads-of-files
// question: Which loads of this table contain any of these files (by SHA-256) or queries (by name)?
// param table: string
// param files: list
// param queries: list = []
// column batch_id: string
// column state: string
// column mapping: string
// column files: list
// column file_names: list
// column finished_at: datetime
// mode: read
// audience: internal
MATCH (batch:Batch {table: $table})
WHERE any(file IN batch.files WHERE file IN $files)
   OR any(name IN batch.file_names WHERE name IN $queries)
RETURN batch.batch_id AS batch_id, batch.state AS state, batch.mapping AS mapping,
       batch.files AS files, batch.file_names AS file_names,
       batch.finished_at AS finished_at
ORDER BY batch_id
