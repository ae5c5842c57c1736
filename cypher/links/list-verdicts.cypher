// name: list-verdicts
// question: Which identifiers do rings use, are they theirs or hubs of strangers, and why?
// param verdict: string = null
// param limit: integer = 50
// column label: string
// column identifier: string
// column verdict: string
// column accounts: integer
// column ring: string
// column part: float
// column reasons: list
// mode: read
// audience: internal
MATCH (identifier:Ip|PaymentMethod|Device|PromptCluster|EmailDomain)
WHERE identifier.verdict IS NOT NULL AND ($verdict IS NULL OR identifier.verdict = $verdict)
RETURN labels(identifier)[0] AS label,
       coalesce(identifier.address, identifier.payment_method_id, identifier.device_id,
                identifier.prompt_cluster_id, identifier.domain) AS identifier,
       identifier.verdict AS verdict, identifier.accounts AS accounts,
       identifier.verdict_ring AS ring, identifier.verdict_part AS part,
       identifier.verdict_reasons AS reasons
ORDER BY accounts DESC, label, identifier
LIMIT $limit
