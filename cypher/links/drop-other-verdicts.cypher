// name: drop-other-verdicts
// question: Remove the verdicts of other runs.
// param keep: string
// param rows: integer = 20000
// mode: write
// audience: internal
MATCH (identifier:{{ identifiers }})
WHERE identifier.verdict IS NOT NULL AND identifier.verdict_run <> $keep
CALL (identifier) {
  REMOVE identifier.verdict, identifier.verdict_ring, identifier.verdict_part,
         identifier.verdict_reasons, identifier.verdict_run
} IN TRANSACTIONS OF $rows ROWS
