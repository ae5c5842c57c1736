// name: campaign-rings
// question: Which rings are part of a campaign, the largest first?
// param campaign_id: string
// column ring_id: string
// column size: integer
// column score: float
// column families: list
// column opened_first: datetime
// column opened_last: datetime
// mode: read
MATCH (:Campaign {campaign_id: $campaign_id})<-[:PART_OF]-(ring:Ring)<-[:MEMBER_OF]-(account:Account)
RETURN ring.ring_id AS ring_id, ring.size AS size, ring.score AS score, ring.families AS families,
       min(account.created_at) AS opened_first, max(account.created_at) AS opened_last
ORDER BY size DESC, ring_id
