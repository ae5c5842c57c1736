// name: write-footprint-members
// question: Write whose use made the footprints of this run. (A batch of $rows.)
// Numbers of accounts are node ids.
// param run: string
// param rows: list
// mode: write
// audience: internal
UNWIND $rows AS row
MATCH (footprint:Footprint {footprint_id: $run + '|' + row.ring_id})
MATCH (account:Account) WHERE id(account) = row.account
CREATE (account)-[:SHAPED {bits: row.bits}]->(footprint)
