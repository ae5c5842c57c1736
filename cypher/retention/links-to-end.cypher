// name: links-to-end
// question: How many links are of a detection that ended before a time?
// Without a row the links are younger, or there was no detection.
// param before: integer
// column number: integer
// mode: read
// audience: internal
MATCH (run:Run {state: 'done'})
WITH run ORDER BY run.finished_at DESC, run.run_id DESC LIMIT 1
WHERE run.finished_at.epochMillis < $before
RETURN COUNT { ()-[:LINKED {run: run.run_id}]->() } AS number
