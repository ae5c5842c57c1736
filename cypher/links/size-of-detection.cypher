// name: size-of-detection
// question: How many accounts and uses would a detection read?
// column accounts: integer
// column uses: integer
// mode: read
// audience: internal
MATCH (identifier:{{ identifiers }})
WITH COUNT {
  (identifier)<-[:{{ uses }}]-()
} AS users
WHERE users > 1
WITH sum(users) AS uses
RETURN COUNT { (:Account) } AS accounts, uses
