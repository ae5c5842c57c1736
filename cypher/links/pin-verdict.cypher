// name: pin-verdict
// question: Pin an analyst's verdict on an identifier; the latest one counts.
// param target: string
// param verdict: string
// param note: string
// param by: string
// mode: write
// audience: internal
MERGE (pin:Pin {target: $target})
SET pin.verdict = $verdict, pin.note = $note, pin.decided_by = $by, pin.decided_at = datetime()
