// name: close-crashed-jobs
// question: Which jobs never said how they ended? Who asks writes alone, so they are gone.
// audience: internal
// mode: write
MATCH (run:JobRun {state: 'running'})
SET run.state = 'crashed'
