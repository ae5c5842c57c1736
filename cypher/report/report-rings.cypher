// name: report-rings
// question: Which rings are current, the strongest first, and what is known of each?
// param ring_ids: list = null
// param limit: integer = null
// column ring_id: string
// column size: integer
// column score: float
// column families: list
// column family_bits: list
// column single_family: boolean
// column links: integer
// column density: float
// column run: string
// column parameters: string
// column accounts: integer
// column campaigns: list
// column earlier: list
// column opened_first: datetime
// column opened_last: datetime
// column statuses: list
// column named_by: list
// audience: internal
// mode: read
MATCH (ring:Ring)
WHERE ring.run IS NOT NULL AND EXISTS { (ring)<-[:MEMBER_OF]-() }
  AND ($ring_ids IS NULL OR ring.ring_id IN $ring_ids)
WITH ring ORDER BY ring.score DESC, ring.ring_id
LIMIT coalesce($limit, 9223372036854775807)
CALL (ring) {
  MATCH (ring)<-[:MEMBER_OF]-(account:Account)
  RETURN min(account.created_at) AS opened_first, max(account.created_at) AS opened_last
}
RETURN ring.ring_id AS ring_id, ring.size AS size, ring.score AS score, ring.families AS families,
       ring.family_bits AS family_bits, ring.single_family AS single_family, ring.links AS links,
       ring.density AS density, ring.run AS run,
       head(COLLECT { MATCH (run:Run {run_id: ring.run}) RETURN run.parameters }) AS parameters,
       head(COLLECT { MATCH (run:Run {run_id: ring.run}) RETURN run.accounts }) AS accounts,
       COLLECT {
         MATCH (ring)-[:PART_OF]->(campaign:Campaign)
         RETURN campaign.campaign_id AS campaign_id ORDER BY campaign_id
       } AS campaigns,
       COLLECT {
         MATCH (ring)-[lineage:CONTINUES]->(earlier:Ring)
         WITH earlier.ring_id AS earlier_id, lineage.kind AS kind, lineage
         ORDER BY lineage.run DESC
         // An event that happened more than once is listed once, with its latest time.
         WITH earlier_id, kind, head(collect(lineage.overlap)) AS overlap
         RETURN {ring_id: earlier_id, kind: kind, overlap: overlap} AS line
         ORDER BY earlier_id, kind
       } AS earlier,
       opened_first, opened_last,
       COLLECT {
         MATCH (ring)<-[:MEMBER_OF]-(account:Account) WHERE account.status IS NOT NULL
         WITH account.status AS status, count(*) AS accounts ORDER BY accounts DESC, status
         RETURN [status, accounts]
       } AS statuses,
       coalesce(ring.named_by, []) AS named_by
ORDER BY score DESC, ring_id
