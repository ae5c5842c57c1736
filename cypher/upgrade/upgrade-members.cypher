// name: upgrade-members
// question: Note since when accounts are in their rings, from the history of the rings.
// It is the latest run in which the account joined; without one, when the ring was found.
// param rows: integer = 10000
// mode: write
// audience: internal
MATCH (account:Account)-[member:MEMBER_OF]->(ring:Ring)
WHERE member.since IS NULL
CALL (account, member, ring) {
  OPTIONAL MATCH (run:Run {state: 'done'})-[found:FOUND]->(ring)
  WHERE account.account_id IN found.joined
  WITH member, ring, max(run.started_at) AS joined
  SET member.since = coalesce(joined, ring.found_at)
} IN TRANSACTIONS OF $rows ROWS
