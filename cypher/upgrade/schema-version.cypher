// name: schema-version
// question: Which version of the schema does this graph say that it has?
// column schema_version: integer
// mode: read
// audience: internal
MATCH (store:Store {store_id: 'graph'})
RETURN store.schema_version AS schema_version
