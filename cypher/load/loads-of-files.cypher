// name: loads-of-files
// question: Which loads of this table took in any of these files (by SHA-256)?
// param table: string
// param files: list
// column batch_id: string
// column state: string
// column mapping: string
// column files: list
// column finished_at: datetime
// mode: read
MATCH (batch:Batch {table: $table})
WHERE any(file IN batch.files WHERE file IN $files)
RETURN batch.batch_id AS batch_id, batch.state AS state, batch.mapping AS mapping,
       batch.files AS files, batch.finished_at AS finished_at
ORDER BY batch_id
