// name: drop-other-links
// question: Remove the links of unfinished and older runs.
// param keep: string
// param rows: integer = 20000
// mode: write
// audience: internal
// Without labels of its ends, or every account is looked at.
MATCH ()-[link:LINKED]->()
WHERE $keep IS NULL OR link.run <> $keep
CALL (link) { DELETE link } IN TRANSACTIONS OF $rows ROWS
