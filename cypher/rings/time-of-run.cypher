// name: time-of-run
// question: When was this run done?
// param run: string
// column finished_at: datetime
// mode: read
// audience: internal
MATCH (run:Run {run_id: $run, state: 'done'})
RETURN run.finished_at AS finished_at
