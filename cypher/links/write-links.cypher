// name: write-links
// question: Which pairs are linked in this run? (A batch of $rows, of a run that has none of them yet.)
// Numbers of accounts are node ids.
// param run: string
// param rows: list
// mode: write
// audience: internal
UNWIND $rows AS row
MATCH (a:Account) WHERE id(a) = row.a
MATCH (b:Account) WHERE id(b) = row.b
CREATE (a)-[link:LINKED {run: $run}]->(b)
SET link.weight = row.weight, link.families = row.families, link.family_bits = row.family_bits,
    link.evidence = row.evidence, link.evidence_bits = row.evidence_bits
