// name: size-of-detection
// question: How much would a detection read and compare?
// param neighbours: integer = 30
// column accounts: integer
// column uses: integer
// column pairs_at_most: integer
// mode: read
// audience: internal
MATCH (identifier:{{ identifiers }})
WITH COUNT {
  (identifier)<-[:{{ uses }}]-()
} AS users
WHERE users > 1
WITH sum(users) AS uses,
     sum(CASE WHEN users - 1 < 2 * $neighbours THEN users * (users - 1) / 2
              ELSE users * $neighbours END) AS pairs_at_most
RETURN COUNT { (:Account) } AS accounts, uses,
       pairs_at_most + COUNT { (:Account)-[:CONTACTED]->(:Account) } AS pairs_at_most
