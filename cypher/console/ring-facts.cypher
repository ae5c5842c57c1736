// name: ring-facts
// question: Which country, plan, channel and mail domain do the members of a ring have?
// param ring_id: string
// column account_id: string
// column country: string
// column plan: string
// column channel: string
// column email_domain: string
// mode: read
// audience: internal
MATCH (:Ring {ring_id: $ring_id})<-[:MEMBER_OF]-(account:Account)
RETURN account.account_id AS account_id, account.country AS country, account.plan AS plan,
       account.channel AS channel, head(COLLECT {
         MATCH (account)-[:REGISTERED_WITH]->(domain) RETURN domain.domain ORDER BY domain.domain
       }) AS email_domain
ORDER BY account_id
