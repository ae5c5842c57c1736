// name: write-co-uses
// question: Which identifiers do the same accounts use in this run? (A batch of $rows.)
// Numbers of identifiers are node ids.
// param run: string
// param rows: list
// mode: write
// audience: internal
UNWIND $rows AS row
MATCH (one) WHERE id(one) = row.one
MATCH (other) WHERE id(other) = row.other
CREATE (one)-[:CO_USED {accounts: row.accounts, lift: row.lift, run: $run}]->(other)
