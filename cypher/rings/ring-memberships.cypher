// name: ring-memberships
// question: Which account is in which ring and campaign?
// column account_id: string
// column ring_id: string
// column campaign_id: string
// mode: read
// audience: internal
MATCH (account:Account)-[:MEMBER_OF]->(ring:Ring)
OPTIONAL MATCH (ring)-[:PART_OF]->(campaign:Campaign)
RETURN account.account_id AS account_id, ring.ring_id AS ring_id,
       campaign.campaign_id AS campaign_id
ORDER BY account_id, ring_id
