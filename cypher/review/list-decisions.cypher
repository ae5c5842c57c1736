// name: list-decisions
// question: Which decisions were made about rings and accounts, the latest first?
// `latest` says whether the decision counts. `standing` says what became of its ring or account: a
// rejected ring that a later run found on new evidence has returned.
// param target: string = null
// param history: boolean = false
// column target: string
// column target_kind: string
// column verdict: string
// column decided_at: datetime
// column decided_by: string
// column note: string
// column standing: string
// column latest: boolean
// column ring_id: string
// column members: list
// column evidence: list
// column review_id: string
// mode: read
MATCH (review:Review)
WHERE review.verdict IS NOT NULL AND ($target IS NULL OR review.target = $target)
WITH review ORDER BY review.decided_at DESC, review.review_id
WITH review.target_kind AS target_kind, review.target AS target, collect(review) AS reviews
UNWIND range(0, size(reviews) - 1) AS place
WITH target_kind, target, reviews[place] AS review, place = 0 AS latest
WHERE $history OR latest
OPTIONAL MATCH (ring:Ring {ring_id: review.ring})
OPTIONAL MATCH (run:Run {run_id: ring.run})
RETURN target, target_kind, review.verdict AS verdict, review.decided_at AS decided_at,
       review.decided_by AS decided_by, review.note AS note,
       CASE
         WHEN target_kind = 'account' AND EXISTS {
           (:Account {account_id: target})-[:MEMBER_OF]->(:Ring {ring_id: review.ring})
         } THEN 'in ' + review.ring
         WHEN target_kind = 'account' THEN
           coalesce('in ' + head(COLLECT {
             MATCH (:Account {account_id: target})-[:MEMBER_OF]->(other:Ring)
             RETURN other.ring_id AS ring_id ORDER BY ring_id
           }), 'in no ring')
         WHEN NOT latest THEN 'counts no more'
         WHEN ring.state IS NULL OR ring.state = 'retired' THEN 'not found any more'
         WHEN review.verdict = 'rejected' AND run.started_at > review.decided_at THEN 'returned'
         WHEN review.verdict = 'rejected' THEN 'goes with the next detection'
         ELSE 'live'
       END AS standing,
       latest, review.ring AS ring_id, review.members AS members, review.evidence AS evidence,
       review.review_id AS review_id
ORDER BY decided_at DESC, target_kind, target
