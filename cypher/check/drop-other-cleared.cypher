// name: drop-other-cleared
// question: Remove the marks of unfinished and older runs on uses that counted no more.
// param keep: string
// param rows: integer = 20000
// mode: write
// audience: internal
MATCH ()-[cleared:CLEARED]->()
WHERE $keep IS NULL OR cleared.run <> $keep
CALL (cleared) { DELETE cleared } IN TRANSACTIONS OF $rows ROWS
