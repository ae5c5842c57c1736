// name: remember-forgotten
// question: Keep hashes of forgotten accounts.
// param hashes: list
// mode: write
// audience: internal
UNWIND $hashes AS hash
MERGE (tombstone:Tombstone {account_hash: hash})
ON CREATE SET tombstone.forgotten_at = datetime()
