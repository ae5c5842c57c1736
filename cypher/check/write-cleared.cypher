// name: write-cleared
// question: Write which uses count no more, since what they were part of was rejected. (A batch of $rows.)
// Numbers are node ids.
// param run: string
// param rows: list
// mode: write
// audience: internal
UNWIND $rows AS row
MATCH (account:Account) WHERE id(account) = row.account
MATCH (identifier) WHERE id(identifier) = row.identifier
CREATE (account)-[:CLEARED {run: $run}]->(identifier)
