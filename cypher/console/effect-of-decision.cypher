// name: effect-of-decision
// question: Which accounts would a decision on each of these rings and accounts concern at the next run?
// `kept` are members that somebody confirmed by themselves, later than any decision against them: the rejection
// of their ring leaves them.
// param targets: list
// column target: string
// column kind: string
// column ring_id: string
// column size: integer
// column members: list
// column kept: list
// column review_id: string
// column verdict: string
// column decided_by: string
// column note: string
// mode: read
// audience: internal
UNWIND $targets AS target
CALL (target) {
  MATCH (ring:Ring {ring_id: target})
  RETURN 'ring' AS kind, ring AS thing, ring AS ring, COLLECT {
    MATCH (ring)<-[:MEMBER_OF]-(member:Account) RETURN member.account_id ORDER BY member.account_id
  } AS members
  UNION ALL
  MATCH (account:Account {account_id: target})
  OPTIONAL MATCH (account)-[:MEMBER_OF]->(ring:Ring)
  WITH account, ring ORDER BY ring.ring_id LIMIT 1
  RETURN 'account' AS kind, account AS thing, ring, [account.account_id] AS members
}
WITH target, kind, thing, ring, members, head(COLLECT {
  MATCH (thing)<-[:DECIDED]-(review:Review) WHERE review.verdict IS NOT NULL
  RETURN review ORDER BY review.decided_at DESC, review.review_id
}) AS last
RETURN target, kind, ring.ring_id AS ring_id, ring.size AS size, members,
       CASE WHEN kind = 'account' THEN [] ELSE COLLECT {
         MATCH (ring)<-[:MEMBER_OF]-(member:Account)
         WHERE 'confirmed' = head(COLLECT {
           MATCH (member)<-[:DECIDED]-(own:Review) WHERE own.verdict IS NOT NULL
           RETURN own.verdict ORDER BY own.decided_at DESC, own.review_id
         })
         RETURN member.account_id ORDER BY member.account_id
       } END AS kept,
       last.review_id AS review_id, last.verdict AS verdict, last.decided_by AS decided_by,
       last.note AS note
ORDER BY target, kind DESC
