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
      -[used:USED_IP|PAID_WITH|USED_DEVICE|SENT|REGISTERED_WITH|IN_ORGANIZATION]->(identifier)
RETURN labels(identifier)[0] AS kind,
       coalesce(identifier.address, identifier.payment_method_id, identifier.device_id,
                identifier.prompt_cluster_id, identifier.domain,
                identifier.organization_id) AS identifier,
       used.events AS events,
       COUNT { (identifier)<-[:USED_IP|PAID_WITH|USED_DEVICE|SENT|REGISTERED_WITH
                               |IN_ORGANIZATION]-() } - 1 AS others,
       used.first_seen AS first_seen, used.last_seen AS last_seen
ORDER BY others DESC, kind, identifier
LIMIT $limit
