// name: drop-open-runs
// question: Remove the records of detections that never finished.
// mode: write
// audience: internal
MATCH (run:Run {state: 'open'})
DETACH DELETE run
