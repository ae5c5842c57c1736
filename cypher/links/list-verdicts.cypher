// name: list-verdicts
// question: Which identifiers do rings use, do rings own them or are they widely shared, and why?
// Earlier versions wrote `benign` for `widely shared`.
// param verdict: string = null
// param limit: integer = 50
// column label: string
// column identifier: string
// column verdict: string
// column accounts: integer
// column ring: string
// column part: float
// column reasons: list
// mode: read
// audience: internal
MATCH (identifier:{{ identifiers }})
WHERE identifier.verdict IS NOT NULL
WITH identifier,
     CASE identifier.verdict WHEN 'benign' THEN 'widely shared' ELSE identifier.verdict END AS verdict
WHERE $verdict IS NULL OR verdict = $verdict
RETURN labels(identifier)[0] AS label,
       {{ key_of:identifier }} AS identifier,
       verdict, identifier.accounts AS accounts,
       identifier.verdict_ring AS ring, identifier.verdict_part AS part,
       identifier.verdict_reasons AS reasons
ORDER BY accounts DESC, label, identifier
LIMIT $limit
