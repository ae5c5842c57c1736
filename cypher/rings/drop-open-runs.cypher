// name: drop-open-runs
// question: Which detections never finished? They leave no trace.
// mode: write
MATCH (run:Run {state: 'open'})
DETACH DELETE run
