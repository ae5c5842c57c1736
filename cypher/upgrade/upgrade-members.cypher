// name: upgrade-members
// question: Note since when accounts are in their rings: since the ring was found.
// Version 1 counted the accounts that joined later and did not name them.
// param rows: integer = 10000
// mode: write
// audience: internal
MATCH (:Account)-[member:MEMBER_OF]->(ring:Ring)
WHERE member.since IS NULL
CALL (member, ring) {
  SET member.since = ring.found_at
} IN TRANSACTIONS OF $rows ROWS
