// name: end-uses
// question: Delete uses and contacts that were last seen before the time of their type.
// param before: map
// param rows: integer = 10000
// mode: write
// audience: internal
MATCH (:Account)-[use:{{ timed_uses }}|CONTACTED]->()
WHERE use.last_seen.epochMillis < $before[type(use)]
CALL (use) { DELETE use } IN TRANSACTIONS OF $rows ROWS
