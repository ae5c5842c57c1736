// name: write-set-aside
// question: Write the groups that this run sets aside; they replace those of the run before.
// param run: string
// param rows: list
// mode: write
// audience: internal
OPTIONAL MATCH (old:SetAside)
DETACH DELETE old
WITH count(*) AS replaced
UNWIND $rows AS row
MERGE (aside:SetAside {name: row.name})
SET aside.look_alike = row.look_alike, aside.reason = row.reason, aside.size = row.size,
    aside.score = row.score, aside.needed = row.needed, aside.families = row.families,
    aside.members = row.members, aside.run = $run
