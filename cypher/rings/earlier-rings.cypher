// name: earlier-rings
// question: Which rings are there, with their members, or the last members of a retired ring?
// param retired: boolean = false
// column ring_id: string
// column live: boolean
// column members: list
// audience: internal
// mode: read
MATCH (ring:Ring)
WITH ring, COLLECT {
  MATCH (ring)<-[:MEMBER_OF]-(account:Account)
  RETURN account.account_id AS account_id ORDER BY account_id
} AS members
WHERE $retired OR size(members) > 0
RETURN ring.ring_id AS ring_id, size(members) > 0 AS live,
       CASE WHEN size(members) > 0 THEN members ELSE coalesce(ring.last_members, []) END AS members
ORDER BY ring_id
