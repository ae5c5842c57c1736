// name: earlier-campaigns
// question: Which campaigns are current, and which accounts are in their rings?
// column campaign_id: string
// column members: list
// audience: internal
// mode: read
MATCH (campaign:Campaign)<-[:PART_OF]-(:Ring)<-[:MEMBER_OF]-(account:Account)
WITH DISTINCT campaign, account ORDER BY account.account_id
RETURN campaign.campaign_id AS campaign_id, collect(account.account_id) AS members
ORDER BY campaign_id
