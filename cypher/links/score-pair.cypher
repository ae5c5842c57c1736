// name: score-pair
// question: What is each identifier that two members of a ring share worth, computed from the graph?
// The bits of a link are computed anew from the uses and from what the last detection says of each
// member; they equal the stored link. Each member's bits of a kind are divided among the identifiers that
// it shares with most members, three at most; on an identifier each member is linked with the one opened
// next. There is no row for accounts that are not linked, are not in one ring, or are in a ring whose
// members were linked in pairs (one kind of evidence) or by the method shared-neighbours. Where a
// decision changed the members of a ring, the bits are those of its members of today.
// param one: string
// param other: string
// param named: integer = 3
// column ring_id: string
// column family: string
// column kind: string
// column identifier: string
// column bits: float
// column link_bits: float
// mode: read
MATCH (run:Run {state: 'done'})
WITH run ORDER BY run.finished_at DESC, run.run_id DESC LIMIT 1
MATCH (one:Account {account_id: $one})-[:SHAPED]->(footprint:Footprint)
WHERE footprint.run = run.run_id AND $one <> $other
MATCH (other:Account {account_id: $other})-[:SHAPED]->(footprint)
// What both use of what the ring lives on.
MATCH (one)-[use:{{ independent_uses }}]->(identifier)<-[:LIVES_ON]-(footprint)
WHERE EXISTS { (other)-[:{{ independent_uses }}]->(identifier) }
WITH footprint, coalesce(footprint.apart, false) AS apart, identifier, use
WITH footprint, apart, collect({
       identifier: identifier, kind: {{ kind_of:use:apart }}, family: {{ family_of:use }}
     }) AS items
// What each member uses of it, by kind, where that kind tells something of the member: what most members
// use comes first, and the first ones carry the member's bits.
MATCH (member:Account)-[shaped:SHAPED]->(footprint)
MATCH (member)-[its:{{ independent_uses }}]->(thing)<-[on:LIVES_ON]-(footprint)
WITH footprint, items, member, shaped, its, thing, on, {{ kind_of:its:apart }} AS kind,
     {{ code_of:its }} AS code, {{ key_of:thing }} AS key
WHERE kind IN [item IN items | item.kind] AND shaped.bits[kind] > 0
  AND coalesce(its.events, 1) - CASE WHEN its:{{ payment_uses }} THEN coalesce(its.failed, 0) +
      coalesce(its.disputed, 0) ELSE 0 END > 0
  AND NOT EXISTS { (member)-[:CLEARED {run: footprint.run}]->(thing) }
WITH footprint, items, member, kind, shaped.bits[kind] AS evidence, thing, on, code, key
ORDER BY on.members DESC, code, key
WITH footprint, items, member, kind, evidence, collect(thing) AS things
WITH footprint, items, member, kind, evidence, things, things[..$named] AS carriers
// The users of each shared identifier in the order of opening, with the bits that it carries.
UNWIND [item IN items WHERE item.kind = kind AND item.identifier IN things] AS item
WITH footprint, item, member,
     CASE WHEN item.identifier IN carriers THEN evidence / size(carriers) ELSE 0.0 END AS bits
ORDER BY coalesce(member.created_at.epochMillis, 9000000000000000), member.account_id
WITH footprint, item, collect({account_id: member.account_id, bits: bits}) AS users
// Who is linked with whom: those whose bits it carries, each with the next; one alone with whoever uses
// it and was opened next, or last before.
WITH footprint, item, users, [at IN range(0, size(users) - 1) WHERE users[at].bits > 0] AS carried
WITH footprint, item,
     CASE WHEN size(carried) = 1 AND size(users) > 1
          THEN [users[carried[0]],
                users[CASE WHEN carried[0] + 1 < size(users) THEN carried[0] + 1
                           ELSE carried[0] - 1 END]]
          ELSE [at IN carried | users[at]] END AS path
UNWIND range(0, size(path) - 2) AS at
WITH footprint, item, path, at, path[at] AS earlier, path[at + 1] AS later
WHERE [earlier.account_id, later.account_id] IN [[$one, $other], [$other, $one]]
// Half of a member's bits go to each of its two links; at an end there is one.
WITH footprint.ring_id AS ring_id, item.family AS family, item.identifier AS identifier,
     earlier.bits / CASE WHEN at = 0 THEN 1 ELSE 2 END +
     later.bits / CASE WHEN at + 2 = size(path) THEN 1 ELSE 2 END AS bits
WITH collect({
       ring_id: ring_id, family: family, kind: labels(identifier)[0],
       key: {{ key_of:identifier }}, bits: bits
     }) AS lines, sum(bits) AS link_bits
UNWIND lines AS line
RETURN line.ring_id AS ring_id, line.family AS family, line.kind AS kind, line.key AS identifier,
       line.bits AS bits, link_bits
ORDER BY bits DESC, kind, identifier
