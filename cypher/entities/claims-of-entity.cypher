// name: claims-of-entity
// question: What was said of an operator or organization, by whom and when?
// `state` is in force, replaced (the same source has said something later about the campaign) or
// withdrawn. `campaign_found` says whether the last detection still has the campaign.
// param entity_id: string
// column claimed_at: datetime
// column source: string
// column note: string
// column campaign_id: string
// column confidence: integer
// column accounts: integer
// column campaign_found: boolean
// column state: string
// column tlp: string
// column claimed_by: string
// mode: read
// audience: internal
MATCH (claim:Claim)-[:ABOUT]->(:Entity {entity_id: $entity_id})
WITH claim ORDER BY claim.claimed_at, claim.claim_id
WITH claim.campaign_id AS campaign_id, claim.source AS source, collect(claim) AS claims
UNWIND range(0, size(claims) - 1) AS place
WITH campaign_id, source, claims[place] AS claim, place = size(claims) - 1 AS last
RETURN claim.claimed_at AS claimed_at, source, claim.note AS note, campaign_id,
       claim.confidence AS confidence, claim.accounts AS accounts,
       CASE WHEN campaign_id IS NOT NULL
            THEN EXISTS { (:Campaign {campaign_id: campaign_id}) } END AS campaign_found,
       CASE WHEN campaign_id IS NULL THEN 'in force'
            WHEN claim.confidence = 0 THEN 'withdrawn'
            WHEN NOT last THEN 'replaced'
            ELSE 'in force' END AS state,
       claim.tlp AS tlp, claim.claimed_by AS claimed_by
ORDER BY claimed_at, claim.claim_id
