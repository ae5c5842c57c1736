// name: drop-campaigns
// question: Remove campaigns that are no longer found, and the ring memberships of all others.
// The run writes the memberships again.
// param keep: list
// audience: internal
// mode: write
MATCH (campaign:Campaign)
OPTIONAL MATCH (campaign)<-[part:PART_OF]-()
DELETE part
WITH DISTINCT campaign
WHERE NOT campaign.campaign_id IN $keep
DETACH DELETE campaign
