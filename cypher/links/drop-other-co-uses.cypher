// name: drop-other-co-uses
// question: Which co-uses are of no finished run, or of an older one? They go.
// param keep: string
// param rows: integer = 20000
// mode: write
// audience: internal
MATCH ()-[pair:CO_USED]->()
WHERE $keep IS NULL OR pair.run <> $keep
CALL (pair) { DELETE pair } IN TRANSACTIONS OF $rows ROWS
