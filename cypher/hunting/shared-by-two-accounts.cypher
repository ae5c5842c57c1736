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
      -[mine:USED_IP|PAID_WITH|USED_DEVICE|SENT|REGISTERED_WITH|IN_ORGANIZATION]->(identifier)
      <-[theirs:USED_IP|PAID_WITH|USED_DEVICE|SENT|REGISTERED_WITH|IN_ORGANIZATION]-
      (:Account {account_id: $other})
RETURN labels(identifier)[0] AS kind,
       coalesce(identifier.address, identifier.payment_method_id, identifier.device_id,
                identifier.prompt_cluster_id, identifier.domain,
                identifier.organization_id) AS identifier,
       COUNT { (identifier)<-[:USED_IP|PAID_WITH|USED_DEVICE|SENT|REGISTERED_WITH
                               |IN_ORGANIZATION]-() } AS accounts,
       mine.first_seen AS first_seen_by_one, theirs.first_seen AS first_seen_by_other
ORDER BY accounts, kind, identifier
