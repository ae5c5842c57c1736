// name: export-rings
// question: Which accounts are in which ring, in the form of the export?
// `on_word`: it is a ring on the word of a source of indicators, which stays unnamed in exports.
// A family that gives a ring less than $least_part of its bits is left out, because it may be chance.
// param rings: list = null
// param least_part: float = 0.01
// column ring_id: string
// column account_id: string
// column score: float
// column ring_score: float
// column ring_size: integer
// column families: strings
// column single_family: boolean
// column on_word: boolean
// column status: string
// column created_at: datetime
// column campaign_id: string
// column found_at: datetime
// column run: string
// mode: read
// audience: internal
MATCH (ring:Ring)
WHERE ring.run IS NOT NULL AND ($rings IS NULL OR ring.ring_id IN $rings)
MATCH (account:Account)-[member:MEMBER_OF]->(ring)
RETURN ring.ring_id AS ring_id, account.account_id AS account_id, member.score AS score,
       ring.score AS ring_score, ring.size AS ring_size,
       [n IN range(0, size(ring.families) - 1) WHERE ring.family_bits[n] >= ring.score * $least_part
        | ring.families[n]] AS families,
       ring.single_family AS single_family, ring.named_by IS NOT NULL AS on_word, account.status AS status,
       account.created_at AS created_at,
       head(COLLECT {
         MATCH (ring)-[:PART_OF]->(campaign:Campaign)
         RETURN campaign.campaign_id ORDER BY campaign.campaign_id
       }) AS campaign_id,
       ring.found_at AS found_at, member.run AS run
ORDER BY ring_score DESC, ring_id, score DESC, account_id
