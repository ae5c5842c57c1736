// name: drop-lease
// question: Release the lease, unless another process has taken it over.
// param lease: string
// param token: string
// audience: internal
// mode: write
MATCH (lease:Lease {lease_id: $lease})
SET lease.lease_id = $lease
WITH lease
WHERE lease.token = $token
DELETE lease
