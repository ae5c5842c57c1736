// name: pins
// question: Which verdicts on identifiers have analysts pinned?
// column target: string
// column verdict: string
// column note: string
// column pinned_by: string
// column pinned_at: datetime
// mode: read
// audience: internal
MATCH (pin:Pin)
RETURN pin.target AS target, pin.verdict AS verdict, pin.note AS note,
       pin.decided_by AS pinned_by, pin.decided_at AS pinned_at
ORDER BY target
