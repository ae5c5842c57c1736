// name: drop-other-co-uses
// question: Remove the co-uses of unfinished and older runs.
// param keep: string
// param rows: integer = 20000
// mode: write
// audience: internal
MATCH ()-[pair:CO_USED]->()
WHERE $keep IS NULL OR pair.run <> $keep
CALL (pair) { DELETE pair } IN TRANSACTIONS OF $rows ROWS
