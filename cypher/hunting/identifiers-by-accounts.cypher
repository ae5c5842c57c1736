// name: identifiers-by-accounts
// question: Which identifiers are shared by the most accounts?
// param kind: string = null
// param at_least: integer = 2
// param limit: integer = 50
// column kind: string
// column identifier: string
// column accounts: integer
// mode: read
MATCH (identifier:Ip|PaymentMethod|Device|PromptCluster|EmailDomain)
WHERE $kind IS NULL OR toLower($kind) IN [label IN labels(identifier) | toLower(label)]
WITH identifier, labels(identifier)[0] AS kind,
     COUNT { (identifier)<-[:USED_IP|PAID_WITH|USED_DEVICE|SENT|REGISTERED_WITH]-() } AS accounts
WHERE accounts >= $at_least
RETURN kind,
       coalesce(identifier.address, identifier.payment_method_id, identifier.device_id,
                identifier.prompt_cluster_id, identifier.domain) AS identifier,
       accounts
ORDER BY accounts DESC, kind, identifier
LIMIT $limit
