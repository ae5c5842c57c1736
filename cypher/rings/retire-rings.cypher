// name: retire-rings
// question: Retire the rings that are no longer found; each keeps a record of its last members.
// param keep: list
// audience: internal
// mode: write
MATCH (ring:Ring)<-[member:MEMBER_OF]-(account:Account)
WHERE NOT ring.ring_id IN $keep
WITH ring, member, account ORDER BY account.account_id
WITH ring, collect(account.account_id) AS members, collect(member) AS memberships
SET ring.state = 'retired', ring.retired_at = datetime(), ring.last_members = members
FOREACH (member IN memberships | DELETE member)
