// name: decisions-on-account
// question: What has been decided about this account, or a ring that held it then, the latest first?
// `latest` says whether it counts: no later decision is about the same ring or account.
// param account_id: string
// column label: string
// column ring: string
// column campaign: string
// column decided_at: datetime
// column decided_by: string
// column verdict: string
// column about: string
// column latest: boolean
// mode: read
CALL () {
  MATCH (:Account {account_id: $account_id})<-[:DECIDED]-(review:Review)
  RETURN review
  UNION
  MATCH (review:Review {target_kind: 'ring'})
  WHERE $account_id IN review.members
  RETURN review
}
MATCH (review)-[:DECIDED]->(target)
RETURN review.label AS label, review.ring AS ring, review.campaign AS campaign,
       review.decided_at AS decided_at, review.decided_by AS decided_by,
       review.verdict AS verdict, labels(target)[0] AS about,
       review = head(COLLECT {
         MATCH (other:Review)-[:DECIDED]->(target)
         RETURN other
         ORDER BY other.decided_at IS NULL, other.decided_at DESC, other.review_id LIMIT 1
       }) AS latest
ORDER BY decided_at IS NULL, decided_at DESC, label, review.review_id
