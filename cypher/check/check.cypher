// name: check
// question: What have accounts in common with the rings of the last run?
// Each of $rows has an `account_id` (or null) and `given`, a list of maps with `label`, `code`, `key` and
// `events`: what is known of the account and not loaded. The run is read first and last: where both differ, a
// detection published in between, and the caller asks again.
// `touched` lists what it uses of rings: code of the label, key, events, ring, members of it that use it, whether
// the ring owns it, accounts that use it, verdict. What rings are compared by is read once for a run (`footprints`).
// `replaced` has the accounts that lost their access in the hours before an account was opened and use the same;
// looked at are the $rarest identifiers of an account, those that the fewest use.
// param rows: list
// param stopped: list = []
// param hours: integer = 24
// param most_users: integer = 100
// param rarest: integer = 25
// column run: map
// column run_after: string
// column answers: list
// mode: read
// audience: internal
CALL () {
  MATCH (run:Run)
  WHERE run.finished_at > datetime({epochMillis: 0}) AND run.state = 'done'
  RETURN run ORDER BY run.finished_at DESC, run.run_id DESC LIMIT 1
}
UNWIND range(0, size($rows) - 1) AS at
WITH run, run.run_id AS run_id, $rows[at] AS row
OPTIONAL MATCH (account:Account {account_id: row.account_id})
// How much the account does of each label; what is given besides is added by the caller.
CALL (account) {
  MATCH (account)-[use:{{ uses }}]->()
  WITH {{ code_of:use }} AS code,
       coalesce(use.events, 1) -
       CASE WHEN use:{{ payment_uses }} THEN coalesce(use.failed, 0) + coalesce(use.disputed, 0)
            ELSE 0 END AS events
  WITH code, sum(events) AS total, sum(CASE WHEN events > 0 THEN 1 ELSE 0 END) AS number
  RETURN collect([code, total, number]) AS uses
}
// What it uses of rings.
CALL (run_id, row, account) {
  CALL (run_id, row, account) {
    MATCH (account)-[use:{{ uses }}]->(identifier)<-[on:LIVES_ON]-()
    WHERE on.run = run_id
    RETURN identifier, on, {{ code_of:use }} AS code,
           coalesce(use.events, 1) -
           CASE WHEN use:{{ payment_uses }} THEN coalesce(use.failed, 0) +
                coalesce(use.disputed, 0) ELSE 0 END AS events
    UNION ALL
    UNWIND row.given AS given
    WITH run_id, given, given.key AS wanted
    CALL (wanted) {
      {{ named:found:wanted }}
    }
    WITH run_id, given, found WHERE labels(found)[0] = given.label
    MATCH (found)<-[on:LIVES_ON]-()
    WHERE on.run = run_id
    RETURN found AS identifier, on, given.code AS code, given.events AS events
  }
  WITH code, identifier, events, on WHERE events > 0
  RETURN collect([code, identifier[{{ keys }}[code]], events, on.ring_id, on.members, on.owned,
                  identifier.accounts, identifier.verdict]) AS touched
}
CALL (run, touched) {
  UNWIND touched AS one
  WITH DISTINCT run, one[3] AS ring_id
  MATCH (:Ring {ring_id: ring_id})<-[:DECIDED]-(review:Review)
  WHERE review.verdict IS NOT NULL
  WITH ring_id, review,
       CASE WHEN review.verdict = 'rejected' AND run.started_at > review.decided_at
            THEN 'returned' ELSE review.verdict END AS verdict
  ORDER BY review.decided_at DESC, review.review_id
  WITH ring_id, head(collect(verdict)) AS verdict
  RETURN collect([ring_id, verdict]) AS reviews
}
CALL (row) {
  UNWIND row.given AS given
  WITH given.label AS label, given.key AS wanted
  CALL (wanted) {
    {{ named:found:wanted }}
  }
  WITH label, found WHERE labels(found)[0] = label AND found.verdict = 'widely shared'
  RETURN count(*) > 0 AS given_hub
}
CALL (row, account) {
  WITH row, account,
       CASE WHEN account IS NULL THEN row.created_at ELSE account.created_at END AS opened
  WHERE opened IS NOT NULL
  CALL (row, account) {
    MATCH (account)-[:{{ independent_uses }}]->(used)
    RETURN used
    UNION
    UNWIND row.given AS given
    WITH given.label AS label, given.key AS wanted
    CALL (wanted) {
      {{ named:found:wanted }}
    }
    WITH label, found WHERE labels(found)[0] = label
    RETURN found AS used
  }
  WITH account, opened, used, COUNT { (used)<-[:{{ independent_uses }}]-() } AS users
  WHERE users <= $most_users
  WITH account, opened, used, users ORDER BY users LIMIT $rarest
  MATCH (used)<-[:{{ independent_uses }}]-(other:Account)
  WHERE other.status IN $stopped AND other.status_at <= opened
    AND other.status_at > opened - duration({hours: $hours})
    AND (account IS NULL OR other <> account)
  WITH opened, other, collect(DISTINCT [labels(used)[0], {{ key_of:used }}, users]) AS shared
  ORDER BY size(shared) DESC, other.status_at DESC, other.account_id
  LIMIT 20
  RETURN collect({
    account_id: other.account_id, status: other.status, shared: shared,
    stopped: other.status_at.epochSeconds, hours: duration.inSeconds(other.status_at, opened).seconds / 3600.0
  }) AS replaced
}
WITH run, collect({
  account_id: row.account_id, known: account IS NOT NULL, created_at: account.created_at,
  status: account.status, uses: uses, touched: touched, reviews: reviews, replaced: replaced,
  inside: COLLECT {
    MATCH (account)-[:SHAPED]->(footprint:Footprint) WHERE footprint.run = run_id
    RETURN footprint.ring_id AS ring_id
  },
  cleared: COLLECT {
    MATCH (account)-[cleared:CLEARED]->(identifier)
    WHERE cleared.run = run_id
    RETURN labels(identifier)[0] + '|' + {{ key_of:identifier }} AS key
  },
  // Asked only where no ring is touched.
  hub: given_hub OR CASE WHEN size(touched) > 0 THEN false ELSE EXISTS {
    MATCH (account)-[:{{ uses }}]->(identifier) WHERE identifier.verdict = 'widely shared'
  } END,
  label: head(COLLECT {
    MATCH (account)<-[:DECIDED]-(review:Review)
    RETURN review.label AS label ORDER BY review.decided_at DESC, review.review_id
  }),
  domains: COLLECT { MATCH (account)-[:REGISTERED_WITH]->(domain) RETURN domain.domain AS name },
  organizations: COLLECT { MATCH (account)-[:IN_ORGANIZATION]->(o) RETURN o.organization_id AS name }
}) AS answers
CALL (answers) {
  MATCH (after:Run)
  WHERE after.finished_at > datetime({epochMillis: 0}) AND after.state = 'done'
  RETURN after.run_id AS run_after
  ORDER BY after.finished_at DESC, after.run_id DESC LIMIT 1
}
RETURN run { .run_id, .finished_at, .accounts, .parameters, .footprints } AS run, run_after, answers
