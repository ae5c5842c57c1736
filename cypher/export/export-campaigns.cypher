// name: export-campaigns
// question: Which campaigns are there, with all properties that detection writes?
// `properties` are whatever the node holds; each becomes a column of its own.
// param rings: list = null
// column campaign_id: string
// column ring_ids: strings
// column members: integer
// column properties: map
// mode: read
// audience: internal
MATCH (campaign:Campaign)
WHERE $rings IS NULL
   OR EXISTS { (campaign)<-[:PART_OF]-(ring:Ring) WHERE ring.ring_id IN $rings }
RETURN campaign.campaign_id AS campaign_id,
       COLLECT {
         MATCH (campaign)<-[:PART_OF]-(ring:Ring)
         RETURN ring.ring_id ORDER BY ring.ring_id
       } AS ring_ids,
       COUNT {
         MATCH (campaign)<-[:PART_OF]-(:Ring)<-[:MEMBER_OF]-(account:Account)
         RETURN DISTINCT account
       } AS members,
       properties(campaign) AS properties
ORDER BY campaign_id
