// name: shared-identifiers
// question: Which accounts use which identifiers that others use too, how much and when?
// column account_id: string
// column label: string
// column identifier: string
// column events: integer
// column first_seen: integer
// column last_seen: integer
// column accounts: integer
// mode: read
MATCH (identifier:Ip|PaymentMethod|Device|PromptCluster|EmailDomain)
WHERE identifier.accounts > 1
MATCH (identifier)<-[use:USED_IP|PAID_WITH|USED_DEVICE|SENT|REGISTERED_WITH]-(account:Account)
RETURN account.account_id AS account_id, labels(identifier)[0] AS label,
       coalesce(identifier.address, identifier.payment_method_id, identifier.device_id,
                identifier.prompt_cluster_id, identifier.domain) AS identifier,
       coalesce(use.events, 1) AS events, use.first_seen.epochMillis AS first_seen,
       use.last_seen.epochMillis AS last_seen, identifier.accounts AS accounts
