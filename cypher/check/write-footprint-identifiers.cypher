// name: write-footprint-identifiers
// question: Write which identifiers the rings of this run live on. (A batch of $rows.)
// Numbers of identifiers are node ids.
// param run: string
// param rows: list
// mode: write
// audience: internal
UNWIND $rows AS row
MATCH (footprint:Footprint {footprint_id: $run + '|' + row.ring_id})
MATCH (identifier) WHERE id(identifier) = row.identifier
CREATE (footprint)-[:LIVES_ON {
  ring_id: row.ring_id, members: row.members, owned: row.owned, run: $run
}]->(identifier)
