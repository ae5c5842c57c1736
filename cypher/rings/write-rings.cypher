// name: write-rings
// question: Write the rings of this run and their members.
// param run: string
// param rows: list
// mode: write
// audience: internal
UNWIND $rows AS row
MERGE (ring:Ring {ring_id: row.ring_id})
SET ring.score = row.score, ring.size = row.size, ring.families = row.families,
    ring.family_bits = row.family_bits, ring.single_family = row.single_family,
    ring.links = row.links, ring.density = row.density,
    ring.expected_false = row.expected_false, ring.p_value = row.p_value,
    ring.needed = row.needed, ring.named_by = row.named_by, ring.run = $run, ring.state = 'live',
    ring.found_at = coalesce(ring.found_at, datetime()), ring.retired_at = null,
    ring.last_members = null
WITH ring, row
UNWIND row.members AS entry
MATCH (account:Account {account_id: entry.account_id})
MERGE (account)-[member:MEMBER_OF]->(ring)
ON CREATE SET member.since = datetime()
SET member.score = entry.score, member.single_signal = entry.single_signal, member.run = $run
