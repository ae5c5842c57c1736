// name: members-still-active
// question: Which members of rings still have this status (active), the most tied first?
// param status: string = active
// param least_score: float = 0.0
// param limit: integer = 50
// column account_id: string
// column ring_id: string
// column score: float
// column ring_score: float
// column created_at: datetime
// column last_seen: datetime
// mode: read
MATCH (account:Account {status: $status})-[member:MEMBER_OF]->(ring:Ring)
WHERE ring.score >= $least_score
CALL (account) {
  OPTIONAL MATCH (account)-[use:{{ timed_uses }}]->()
  RETURN max(use.last_seen) AS last_seen
}
RETURN account.account_id AS account_id, ring.ring_id AS ring_id, member.score AS score,
       ring.score AS ring_score, account.created_at AS created_at, last_seen
ORDER BY score DESC, account_id, ring_id
LIMIT $limit
