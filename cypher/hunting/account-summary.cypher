// name: account-summary
// question: What is known about this account in one line?
// param account_id: string
// column account_id: string
// column status: string
// column created_at: datetime
// column plan: string
// column country: string
// column channel: string
// column ips: integer
// column payment_methods: integer
// column devices: integer
// column prompt_clusters: integer
// column email_domain: string
// column organization: string
// column rings: list
// mode: read
MATCH (account:Account {account_id: $account_id})
RETURN account.account_id AS account_id, account.status AS status,
       account.created_at AS created_at, account.plan AS plan, account.country AS country,
       account.channel AS channel,
       COUNT { (account)-[:USED_IP]->() } AS ips,
       COUNT { (account)-[:PAID_WITH]->() } AS payment_methods,
       COUNT { (account)-[:USED_DEVICE]->() } AS devices,
       COUNT { (account)-[:SENT]->() } AS prompt_clusters,
       head(COLLECT { MATCH (account)-[:REGISTERED_WITH]->(domain) RETURN domain.domain ORDER BY domain.domain })
         AS email_domain,
       head(COLLECT { MATCH (account)-[:IN_ORGANIZATION]->(o) RETURN o.organization_id
                 ORDER BY o.organization_id })
         AS organization,
       COLLECT { MATCH (account)-[:MEMBER_OF]->(ring) RETURN ring.ring_id ORDER BY ring.ring_id }
         AS rings
