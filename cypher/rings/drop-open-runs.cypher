// name: drop-open-runs
// question: Which detections never finished? They leave no trace.
// mode: write
// audience: internal
MATCH (run:Run {state: 'open'})
DETACH DELETE run
