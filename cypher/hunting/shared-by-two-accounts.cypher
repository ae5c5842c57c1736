// name: shared-by-two-accounts
// question: What do these two accounts share, and with how many others?
// param one: string
// param other: string
// column kind: string
// column identifier: string
// column accounts: integer
// column first_seen_by_one: datetime
// column first_seen_by_other: datetime
// mode: read
MATCH (:Account {account_id: $one})
      -[mine:{{ uses }}|IN_ORGANIZATION]->(identifier)
      <-[theirs:{{ uses }}|IN_ORGANIZATION]-
      (:Account {account_id: $other})
RETURN labels(identifier)[0] AS kind,
       coalesce({{ key_of:identifier }}, identifier.organization_id) AS identifier,
       COUNT { (identifier)<-[:{{ uses }}|IN_ORGANIZATION]-() } AS accounts,
       mine.first_seen AS first_seen_by_one, theirs.first_seen AS first_seen_by_other
ORDER BY accounts, kind, identifier
