// name: forgotten-accounts
// question: Which hashes of forgotten accounts are kept?
// column account_hash: string
// mode: read
// audience: internal
MATCH (tombstone:Tombstone)
RETURN tombstone.account_hash AS account_hash
ORDER BY account_hash
