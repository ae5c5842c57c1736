// name: open-batch
// question: Record that a load starts, or find where it stopped.
// param batch_id: string
// param table: string
// param mapping: string
// param files: list
// param file_names: list
// param chunk_size: integer
// param rows: integer
// param quarantined: integer
// param duplicates: integer
// param reads_graph: boolean
// param lake_table: string = null
// param lake_version: integer = null
// column chunk_size: integer
// column progress: list
// mode: write
// audience: internal
MERGE (batch:Batch {batch_id: $batch_id})
ON CREATE SET batch.table = $table, batch.mapping = $mapping, batch.files = $files,
              batch.file_names = $file_names, batch.chunk_size = $chunk_size,
              batch.rows = $rows, batch.quarantined = $quarantined,
              batch.duplicates = $duplicates, batch.reads_graph = $reads_graph,
              batch.lake_table = $lake_table, batch.lake_version = $lake_version,
              batch.state = 'open', batch.started_at = datetime()
RETURN batch.chunk_size AS chunk_size,
       [name IN keys(batch) WHERE name STARTS WITH 'done_' | [name, batch[name]]] AS progress
