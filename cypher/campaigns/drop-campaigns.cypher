// name: drop-campaigns
// question: Which campaigns are no longer found? They go; which rings are in the others is written anew.
// param keep: list
// audience: internal
// mode: write
MATCH (campaign:Campaign)
OPTIONAL MATCH (campaign)<-[part:PART_OF]-()
DELETE part
WITH DISTINCT campaign
WHERE NOT campaign.campaign_id IN $keep
DETACH DELETE campaign
