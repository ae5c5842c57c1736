// name: names-in-use
// question: Which labels, relationship types and properties are in the database?
// column kind: string
// column name: string
// mode: read
// audience: internal
CALL () {
  CALL db.labels() YIELD label RETURN 'label' AS kind, label AS name
  UNION ALL
  CALL db.relationshipTypes() YIELD relationshipType
  RETURN 'type' AS kind, relationshipType AS name
  UNION ALL
  CALL db.propertyKeys() YIELD propertyKey RETURN 'property' AS kind, propertyKey AS name
}
RETURN kind, name
ORDER BY kind, name
