// name: changes
// question: What became of rings and campaigns after a time: new, returned, grown, shrunk, merged, split, gone?
// `accounts` are the members that joined. Memberships of an earlier version of ringleader do not say since when
// they are.
// param after: datetime
// param limit: integer = 1000
// column change: string
// column ring_id: string
// column size: integer
// column joined: integer
// column left: integer
// column accounts: strings
// column other: string
// column overlap: float
// column campaign_id: string
// column at: datetime
// mode: read
// audience: internal
CALL () {
  OPTIONAL MATCH (run:Run {state: 'done'})
  WHERE run.finished_at <= $after
  RETURN run AS before ORDER BY run.finished_at DESC, run.run_id DESC LIMIT 1
}
CALL (before) {
  MATCH (run:Run {state: 'done'})-[found:FOUND]->(ring:Ring {state: 'live'})
  WHERE run.finished_at > $after
  WITH before, ring, sum(found.joined) AS joined, sum(found.left) AS left,
       max(CASE WHEN found.joined > 0 OR found.left > 0 THEN run.finished_at END) AS at
  WHERE at IS NOT NULL
  OPTIONAL MATCH (before)-[earlier:FOUND]->(ring)
  WITH ring, joined, left, at, earlier, EXISTS {
    (run:Run {state: 'done'})-[:FOUND]->(ring) WHERE run.finished_at <= $after
  } AS known
  RETURN CASE WHEN earlier IS NULL AND NOT known THEN 'new'
              WHEN earlier IS NULL THEN 'returned'
              WHEN ring.size > earlier.size THEN 'grown'
              WHEN ring.size < earlier.size THEN 'shrunk'
              ELSE 'changed' END AS change,
         ring.ring_id AS ring_id, ring.size AS size, joined, left,
         CASE WHEN earlier IS NULL THEN [] ELSE COLLECT {
           MATCH (account:Account)-[member:MEMBER_OF]->(ring) WHERE member.since > $after
           RETURN account.account_id ORDER BY account.account_id
         } END AS accounts,
         null AS other, null AS overlap,
         head(COLLECT { MATCH (ring)-[:PART_OF]->(c:Campaign) RETURN c.campaign_id AS id })
           AS campaign_id, at
  UNION ALL
  MATCH (ring:Ring)-[went:CONTINUES]->(other:Ring)
  MATCH (run:Run {run_id: went.run, state: 'done'})
  WHERE run.finished_at > $after
  RETURN CASE went.kind WHEN 'merges' THEN 'merged' ELSE 'split' END AS change,
         ring.ring_id AS ring_id, ring.size AS size, null AS joined, null AS left,
         [] AS accounts, other.ring_id AS other, went.overlap AS overlap,
         null AS campaign_id, run.finished_at AS at
  UNION ALL
  WITH before
  MATCH (before)-[earlier:FOUND]->(ring:Ring {state: 'retired'})
  WHERE ring.retired_at > $after
  RETURN 'gone' AS change, ring.ring_id AS ring_id, 0 AS size, 0 AS joined,
         earlier.size AS left, [] AS accounts, null AS other, null AS overlap,
         null AS campaign_id, ring.retired_at AS at
  UNION ALL
  MATCH (campaign:Campaign)
  WHERE campaign.found_at > $after
  RETURN 'new campaign' AS change, null AS ring_id, campaign.accounts AS size, null AS joined,
         null AS left, [] AS accounts, null AS other, null AS overlap,
         campaign.campaign_id AS campaign_id, campaign.found_at AS at
}
RETURN change, ring_id, size, joined, left, accounts, other, overlap, campaign_id, at
ORDER BY at DESC, change, ring_id, other, campaign_id
LIMIT $limit
