// name: report-campaigns
// question: Which rings seem to have the same operator, and what is known of each campaign?
// param ring_ids: list
// column campaign_id: string
// column properties: map
// column rings: list
// audience: internal
// mode: read
MATCH (ring:Ring)-[:PART_OF]->(campaign:Campaign)
WHERE ring.ring_id IN $ring_ids
WITH campaign, ring.ring_id AS ring_id ORDER BY ring_id
RETURN campaign.campaign_id AS campaign_id, properties(campaign) AS properties,
       collect(ring_id) AS rings
ORDER BY size(rings) DESC, campaign_id
