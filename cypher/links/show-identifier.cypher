// name: show-identifier
// question: What is known of the identifiers with this name: users, verdict, what analysts said?
// param identifier: string
// column label: string
// column identifier: string
// column accounts: integer
// column verdict: string
// column ring: string
// column part: float
// column reasons: list
// column pinned: string
// column note: string
// column pinned_by: string
// column pinned_at: datetime
// mode: read
// audience: internal
CALL () {
  {{ named:found:$identifier }}
}
OPTIONAL MATCH (pin:Pin {target: labels(found)[0] + '|' + $identifier})
RETURN labels(found)[0] AS label, $identifier AS identifier,
       COUNT { (found)<-[:{{ uses }}]-() } AS accounts,
       CASE found.verdict WHEN 'benign' THEN 'widely shared' ELSE found.verdict END AS verdict,
       found.verdict_ring AS ring, found.verdict_part AS part,
       found.verdict_reasons AS reasons, 
       CASE pin.verdict WHEN 'benign' THEN 'widely shared' ELSE pin.verdict END AS pinned, pin.note AS note,
       pin.decided_by AS pinned_by, pin.decided_at AS pinned_at
ORDER BY label
