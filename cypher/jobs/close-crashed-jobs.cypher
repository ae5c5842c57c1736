// name: close-crashed-jobs
// question: Which jobs have no recorded end? The caller holds the write lease, so they have crashed.
// audience: internal
// mode: write
MATCH (run:JobRun {state: 'running'})
SET run.state = 'crashed'
