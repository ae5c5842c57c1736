// name: attributions
// question: Which campaigns are attributed to which operators, by whom and how sure?
// Of each source the latest word about a campaign and an entity counts; confidence 0 withdraws.
// param campaign_id: string = null
// column campaign_id: string
// column entity: string
// column kind: string
// column confidence: integer
// column source: string
// column tlp: string
// column note: string
// column claimed_at: datetime
// column claimed_by: string
// mode: read
// audience: internal
MATCH (claim:Claim)-[:ABOUT]->(entity:Entity)
WHERE claim.campaign_id IS NOT NULL
  AND ($campaign_id IS NULL OR claim.campaign_id = $campaign_id)
WITH claim, entity ORDER BY claim.claimed_at, claim.claim_id
WITH claim.campaign_id AS campaign_id, entity, claim.source AS source, collect(claim)[-1] AS claim
WHERE claim.confidence > 0
RETURN campaign_id, entity.name AS entity, entity.kind AS kind, claim.confidence AS confidence,
       source, claim.tlp AS tlp, claim.note AS note, claim.claimed_at AS claimed_at,
       claim.claimed_by AS claimed_by
ORDER BY campaign_id, confidence DESC, entity, source
