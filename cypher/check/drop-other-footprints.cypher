// name: drop-other-footprints
// question: Remove the footprints of unfinished and older runs.
// param keep: string
// param rows: integer = 100
// mode: write
// audience: internal
MATCH (footprint:Footprint)
WHERE $keep IS NULL OR footprint.run <> $keep
CALL (footprint) { DETACH DELETE footprint } IN TRANSACTIONS OF $rows ROWS
