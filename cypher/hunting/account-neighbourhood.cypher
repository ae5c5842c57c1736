// name: account-neighbourhood
// question: What does this account use, and how many others use the same?
// param account_id: string
// param limit: integer = 100
// column kind: string
// column identifier: string
// column events: integer
// column others: integer
// column first_seen: datetime
// column last_seen: datetime
// mode: read
MATCH (:Account {account_id: $account_id})
      -[used:{{ uses }}|IN_ORGANIZATION]->(identifier)
RETURN labels(identifier)[0] AS kind,
       coalesce({{ key_of:identifier }}, identifier.organization_id) AS identifier,
       used.events AS events,
       COUNT { (identifier)<-[:{{ uses }}|IN_ORGANIZATION]-() } - 1 AS others,
       used.first_seen AS first_seen, used.last_seen AS last_seen
ORDER BY others DESC, kind, identifier
LIMIT $limit
