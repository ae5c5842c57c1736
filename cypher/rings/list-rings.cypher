// name: list-rings
// question: Which rings are current, the strongest first, and what was decided about them?
// `named_by` has the sources on whose word alone it is a ring ([indicators.evidence]).
// A family that gives a ring less than $least_part of its bits is left out, because it may be chance. A ring
// rejected after it was found is removed after the next run; one found again since has returned.
// param limit: integer = 50
// param least_part: float = 0.01
// param rejected: boolean = false
// column ring_id: string
// column size: integer
// column score: float
// column families: list
// column single_family: boolean
// column named_by: list
// column links: integer
// column opened_first: datetime
// column opened_last: datetime
// column run: string
// column review: string
// column campaign_id: string
// column found_at: datetime
// mode: read
MATCH (ring:Ring)<-[:MEMBER_OF]-(account:Account)
WHERE ring.run IS NOT NULL
WITH ring, min(account.created_at) AS opened_first, max(account.created_at) AS opened_last
OPTIONAL MATCH (run:Run {run_id: ring.run})
WITH ring, opened_first, opened_last, head(COLLECT {
  MATCH (ring)<-[:DECIDED]-(review:Review)
  RETURN CASE WHEN review.verdict = 'rejected' AND run.started_at > review.decided_at
              THEN 'returned' ELSE review.verdict END AS verdict
  ORDER BY review.decided_at DESC, review.review_id
}) AS review
WHERE $rejected OR review IS NULL OR review <> 'rejected'
RETURN ring.ring_id AS ring_id, ring.size AS size, ring.score AS score,
       [n IN range(0, size(ring.families) - 1) WHERE ring.family_bits[n] >= ring.score * $least_part
        | ring.families[n]] AS families,
       ring.single_family AS single_family,
       coalesce(ring.named_by, []) AS named_by, ring.links AS links, opened_first, opened_last,
       ring.run AS run, review, head(COLLECT {
         MATCH (ring)-[:PART_OF]->(campaign:Campaign) RETURN campaign.campaign_id AS campaign_id
       }) AS campaign_id, ring.found_at AS found_at
ORDER BY score DESC, ring_id
LIMIT $limit
