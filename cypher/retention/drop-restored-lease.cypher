// name: drop-restored-lease
// question: Remove the lease that a restored database remembers.
// mode: write
// audience: internal
MATCH (lease:Lease)
DELETE lease
