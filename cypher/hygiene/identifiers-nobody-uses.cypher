// name: identifiers-nobody-uses
// question: How many identifiers of each kind has no account used?
// column kind: string
// column identifiers: integer
// mode: read
MATCH (identifier:Ip|PaymentMethod|Device|PromptCluster|EmailDomain)
WHERE NOT EXISTS { (identifier)<-[:USED_IP|PAID_WITH|USED_DEVICE|SENT|REGISTERED_WITH]-(:Account) }
RETURN labels(identifier)[0] AS kind, count(*) AS identifiers
ORDER BY kind
