// name: retire-rings
// question: Retire the rings that are no longer found; each keeps a record of its last members.
// Memberships of all rings are removed; the run writes its own.
// param keep: list
// audience: internal
// mode: write
MATCH (ring:Ring)<-[member:MEMBER_OF]-(account:Account)
WITH ring, member, account ORDER BY account.account_id
WITH ring, collect(account.account_id) AS members, collect(member) AS memberships
FOREACH (gone IN CASE WHEN ring.ring_id IN $keep THEN [] ELSE [ring] END |
  SET gone.state = 'retired', gone.retired_at = datetime(), gone.last_members = members)
FOREACH (member IN memberships | DELETE member)
