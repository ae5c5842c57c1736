// name: key-of-store
// question: Which key were the hashes in this database made with? The first load says so.
// param fingerprint: string
// column key_fingerprint: string
// mode: write
// audience: internal
MERGE (store:Store {store_id: 'graph'})
ON CREATE SET store.key_fingerprint = $fingerprint
RETURN store.key_fingerprint AS key_fingerprint
