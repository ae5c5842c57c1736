// name: identifiers-to-link
// question: What are the labels and keys of these identifiers?
// Numbers are node ids.
// param numbers: list
// column numbers: list
// column keys: list
// mode: read
// audience: internal
UNWIND $numbers AS number
MATCH (identifier) WHERE id(identifier) = number
RETURN collect(number) AS numbers,
       collect({{ key_of:identifier }}) AS keys
