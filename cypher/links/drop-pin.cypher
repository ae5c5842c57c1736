// name: drop-pin
// question: Take back what an analyst said of an identifier.
// param target: string
// mode: write
// audience: internal
MATCH (pin:Pin {target: $target})
DELETE pin
