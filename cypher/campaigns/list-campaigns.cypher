// name: list-campaigns
// question: Which campaigns are current, the largest first, and what do they target?
// param limit: integer = 50
// column campaign_id: string
// column rings: integer
// column accounts: integer
// column capabilities: list
// column requests: integer
// column input_tokens: integer
// column output_tokens: integer
// column channels: list
// column operators: list
// column first_seen: datetime
// column last_seen: datetime
// column run: string
// mode: read
MATCH (campaign:Campaign)
RETURN campaign.campaign_id AS campaign_id, campaign.rings AS rings,
       campaign.accounts AS accounts, campaign.capabilities AS capabilities,
       campaign.requests AS requests, campaign.input_tokens AS input_tokens,
       campaign.output_tokens AS output_tokens, campaign.channels AS channels,
       campaign.operators AS operators, campaign.first_seen AS first_seen,
       campaign.last_seen AS last_seen, campaign.run AS run
ORDER BY accounts DESC, campaign_id
LIMIT $limit
