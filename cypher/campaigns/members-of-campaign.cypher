// name: members-of-campaign
// question: Which accounts are in the rings of a campaign?
// param campaign_id: string
// column account_id: string
// column ring_id: string
// mode: read
// audience: internal
MATCH (:Campaign {campaign_id: $campaign_id})<-[:PART_OF]-(ring:Ring)<-[:MEMBER_OF]-(account:Account)
RETURN account.account_id AS account_id, ring.ring_id AS ring_id
ORDER BY account_id
