// name: campaign-summary
// question: What is known of a campaign as a whole?
// param campaign_id: string
// column campaign: map
// audience: internal
// mode: read
MATCH (campaign:Campaign {campaign_id: $campaign_id})
RETURN properties(campaign) AS campaign
