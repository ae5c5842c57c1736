// name: identifiers-to-link
// question: Which identifiers do several accounts use?
// One row per label; numbers are the store's own.
// column label: string
// column numbers: list
// column keys: list
// mode: read
// audience: internal
MATCH (identifier:Ip|PaymentMethod|Device|PromptCluster|EmailDomain)
WHERE identifier.accounts > 1
RETURN labels(identifier)[0] AS label, collect(id(identifier)) AS numbers,
       collect(coalesce(identifier.address, identifier.payment_method_id, identifier.device_id,
                        identifier.prompt_cluster_id, identifier.domain)) AS keys
