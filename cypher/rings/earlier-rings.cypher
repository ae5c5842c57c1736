// name: earlier-rings
// question: Which rings stand, and who is in them?
// column ring_id: string
// column members: list
// mode: read
// audience: internal
MATCH (ring:Ring)<-[:MEMBER_OF]-(account:Account)
WITH ring, account ORDER BY account.account_id
RETURN ring.ring_id AS ring_id, collect(account.account_id) AS members
ORDER BY ring_id
