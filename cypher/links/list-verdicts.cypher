// name: list-verdicts
// question: Which identifiers do rings use, does only the ring use them or are they widely shared, and why?
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
WHERE identifier.verdict IS NOT NULL AND ($verdict IS NULL OR identifier.verdict = $verdict)
RETURN labels(identifier)[0] AS label,
       {{ key_of:identifier }} AS identifier,
       identifier.verdict AS verdict, identifier.accounts AS accounts,
       identifier.verdict_ring AS ring, identifier.verdict_part AS part,
       identifier.verdict_reasons AS reasons
ORDER BY accounts DESC, label, identifier
LIMIT $limit
