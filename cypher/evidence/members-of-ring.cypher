// name: members-of-ring
// question: What speaks for and against each member of a ring: age, organization, decisions?
// `benign` says that the latest decision about the account itself is benign or rejected.
// param ring_id: string
// column account_id: string
// column score: float
// column opened: datetime
// column status: string
// column organizations: list
// column benign: boolean
// mode: read
MATCH (ring:Ring {ring_id: $ring_id})<-[member:MEMBER_OF]-(account:Account)
RETURN account.account_id AS account_id, member.score AS score, account.created_at AS opened,
       account.status AS status,
       COLLECT {
         MATCH (account)-[:IN_ORGANIZATION]->(organization:Organization)
         RETURN organization.organization_id AS organization_id ORDER BY organization_id
       } AS organizations,
       coalesce(head(COLLECT {
         MATCH (account)<-[:DECIDED]-(review:Review)
         WHERE review.label IS NOT NULL
         RETURN review.label = 'benign' AS benign
         ORDER BY review.decided_at IS NULL, review.decided_at DESC, review.review_id
         LIMIT 1
       }), false) AS benign
ORDER BY score DESC, account_id
