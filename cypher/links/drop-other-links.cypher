// name: drop-other-links
// question: Which links are of no finished run, or of an older one? They go.
// param keep: string
// param rows: integer = 20000
// mode: write
// audience: internal
// Without labels of its ends, or every account is looked at.
MATCH ()-[link:LINKED]->()
WHERE $keep IS NULL OR link.run <> $keep
CALL (link) { DELETE link } IN TRANSACTIONS OF $rows ROWS
