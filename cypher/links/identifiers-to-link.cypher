// name: identifiers-to-link
// question: What are the identifiers of these numbers called?
// Numbers are the store's own.
// param numbers: list
// column numbers: list
// column keys: list
// mode: read
// audience: internal
UNWIND $numbers AS number
MATCH (identifier) WHERE id(identifier) = number
RETURN collect(number) AS numbers,
       collect({{ key_of:identifier }}) AS keys
