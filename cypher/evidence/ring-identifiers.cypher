// name: ring-identifiers
// question: Which identifiers do at least two members of this ring share, who uses each, and who else?
// param ring_id: string
// param limit: integer = 200
// column label: string
// column identifier: string
// column members: list
// column outside: integer
// mode: read
MATCH (:Ring {ring_id: $ring_id})<-[:MEMBER_OF]-(account:Account)
MATCH (account)-[:USED_IP|PAID_WITH|USED_DEVICE|SENT|REGISTERED_WITH]->(identifier)
WITH identifier, account ORDER BY account.account_id
WITH identifier, collect(account.account_id) AS members
WHERE size(members) > 1
RETURN labels(identifier)[0] AS label,
       coalesce(identifier.address, identifier.payment_method_id, identifier.device_id,
                identifier.prompt_cluster_id, identifier.domain) AS identifier,
       members,
       COUNT { (identifier)<-[:USED_IP|PAID_WITH|USED_DEVICE|SENT|REGISTERED_WITH]-() }
         - size(members) AS outside
ORDER BY size(members) DESC, outside, label, identifier
LIMIT $limit
