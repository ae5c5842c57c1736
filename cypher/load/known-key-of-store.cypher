// name: known-key-of-store
// question: Which key were the hashes in this database made with?
// column key_fingerprint: string
// mode: read
// audience: internal
MATCH (store:Store {store_id: 'graph'})
RETURN store.key_fingerprint AS key_fingerprint
