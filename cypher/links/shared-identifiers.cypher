// name: shared-identifiers
// question: Which accounts use which identifiers that others use too, how much and when?
// Lists run side by side, one entry per account; they take a third of the time of rows.
// A time of -1 is unknown. One subquery per identifier holds the uses of one at a time.
// column label: string
// column identifier: string
// column accounts: list
// column events: list
// column first_seen: list
// column last_seen: list
// mode: read
// audience: internal
MATCH (identifier:Ip|PaymentMethod|Device|PromptCluster|EmailDomain)
WHERE identifier.accounts > 1
CALL (identifier) {
  MATCH (identifier)<-[use:USED_IP|PAID_WITH|USED_DEVICE|SENT|REGISTERED_WITH]-(account:Account)
  RETURN collect(account.account_id) AS accounts, collect(coalesce(use.events, 1)) AS events,
         collect(coalesce(use.first_seen.epochMillis, -1)) AS first_seen,
         collect(coalesce(use.last_seen.epochMillis, -1)) AS last_seen
}
RETURN labels(identifier)[0] AS label,
       coalesce(identifier.address, identifier.payment_method_id, identifier.device_id,
                identifier.prompt_cluster_id, identifier.domain) AS identifier,
       accounts, events, first_seen, last_seen
