// name: decisions-on-account
// question: What has been decided about this account, when and by whom?
// param account_id: string
// column label: string
// column ring: string
// column campaign: string
// column decided_at: datetime
// column decided_by: string
// mode: read
MATCH (:Account {account_id: $account_id})<-[:DECIDED]-(review:Review)
RETURN review.label AS label, review.ring AS ring, review.campaign AS campaign,
       review.decided_at AS decided_at, review.decided_by AS decided_by
ORDER BY decided_at IS NULL, decided_at, label
