// name: standing-decisions
// question: Which decision counts about each ring and account?
// `ring_id` is the ring that it is about today: what a ring that merged has gone into, by its latest
// merger if it came back in between. A run's id begins with its time, so the greatest is the latest.
// column target: string
// column target_kind: string
// column verdict: string
// column ring_id: string
// column members: list
// column evidence: list
// column decided_at: datetime
// column decided_by: string
// column note: string
// column review_id: string
// audience: internal
// mode: read
MATCH (review:Review)
WHERE review.verdict IS NOT NULL
WITH review ORDER BY review.decided_at DESC, review.review_id
WITH review.target_kind AS target_kind, review.target AS target, head(collect(review)) AS review
RETURN target, target_kind, review.verdict AS verdict,
       coalesce(head(COLLECT {
         MATCH (:Ring {ring_id: review.ring})
           ((gone:Ring {state: 'retired'})<-[went:CONTINUES {kind: 'merges'}]-(:Ring)
            WHERE NOT EXISTS {
              (gone)<-[later:CONTINUES {kind: 'merges'}]-() WHERE later.run > went.run
            }){0,}
           (heir:Ring {state: 'live'})
         RETURN heir.ring_id AS ring_id LIMIT 1
       }), review.ring) AS ring_id,
       review.members AS members, review.evidence AS evidence, review.decided_at AS decided_at,
       review.decided_by AS decided_by, review.note AS note, review.review_id AS review_id
ORDER BY decided_at, target_kind, target
