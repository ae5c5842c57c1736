// name: list-entities
// question: Which operators and organizations have a name here, and what is said of them?
// column name: string
// column kind: string
// column aliases: list
// column claims: integer
// column sources: list
// column campaigns: list
// column latest: datetime
// mode: read
// audience: internal
MATCH (entity:Entity)
OPTIONAL MATCH (entity)<-[:ABOUT]-(claim:Claim)
WITH entity, claim ORDER BY claim.source
WITH entity, count(claim) AS claims, collect(DISTINCT claim.source) AS sources,
     max(claim.claimed_at) AS latest
RETURN entity.name AS name, entity.kind AS kind, coalesce(entity.aliases, []) AS aliases, claims,
       sources, COLLECT {
         MATCH (entity)<-[:ABOUT]-(claim:Claim)
         WHERE claim.campaign_id IS NOT NULL
         WITH claim ORDER BY claim.claimed_at, claim.claim_id
         WITH claim.campaign_id AS campaign_id, claim.source AS source,
              collect(claim.confidence)[-1] AS confidence
         WHERE confidence > 0
         RETURN DISTINCT campaign_id ORDER BY campaign_id
       } AS campaigns, latest
ORDER BY name
