// name: uses-to-end
// question: How many uses and contacts were last seen before the time of their type?
// `before` has milliseconds by type; a type that it lacks does not end.
// param before: map
// column kind: string
// column number: integer
// mode: read
// audience: internal
MATCH (:Account)-[use:{{ timed_uses }}|CONTACTED]->()
WITH type(use) AS kind, use.last_seen.epochMillis AS seen
WHERE seen < $before[kind]
RETURN kind, count(*) AS number
ORDER BY kind
