// name: drop-pin
// question: Remove an analyst's verdict on an identifier.
// param target: string
// mode: write
// audience: internal
MATCH (pin:Pin {target: $target})
DELETE pin
