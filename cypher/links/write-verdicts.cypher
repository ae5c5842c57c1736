// name: write-verdicts
// question: Write the verdicts of this run on these identifiers. (Assigned.)
// Numbers are node ids.
// param run: string
// param rows: list
// mode: write
// audience: internal
UNWIND $rows AS row
MATCH (identifier) WHERE id(identifier) = row.number
SET identifier.verdict = row.verdict, identifier.verdict_ring = row.ring,
    identifier.verdict_part = row.part, identifier.verdict_reasons = row.reasons,
    identifier.verdict_run = $run
