// name: mark-schema
// question: Note which version of the schema this graph has.
// param version: integer
// mode: write
// audience: internal
MERGE (store:Store {store_id: 'graph'})
SET store.schema_version = $version
