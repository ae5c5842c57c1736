// name: identifiers-by-accounts
// question: Which identifiers are shared by the most accounts?
// param kind: string = null
// param at_least: integer = 2
// param limit: integer = 50
// column kind: string
// column identifier: string
// column accounts: integer
// mode: read
MATCH (identifier:{{ identifiers }})
WHERE $kind IS NULL OR toLower($kind) IN [label IN labels(identifier) | toLower(label)]
WITH identifier, labels(identifier)[0] AS kind,
     COUNT { (identifier)<-[:{{ uses }}]-() } AS accounts
WHERE accounts >= $at_least
RETURN kind,
       {{ key_of:identifier }} AS identifier,
       accounts
ORDER BY accounts DESC, kind, identifier
LIMIT $limit
