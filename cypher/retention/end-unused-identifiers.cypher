// name: end-unused-identifiers
// question: Delete identifiers that no account uses any more.
// What a table or list of its own describes stays: prompt clusters by name, throw-away domains.
// param rows: integer = 10000
// mode: write
// audience: internal
MATCH (identifier:{{ identifiers }})
WHERE NOT EXISTS { (identifier)<-[:{{ uses }}|IN_SUBNET]-() }
  AND (identifier.signature IS NOT NULL
       OR coalesce(identifier.label, identifier.exemplar, identifier.disposable) IS NULL)
CALL (identifier) { DETACH DELETE identifier } IN TRANSACTIONS OF $rows ROWS
