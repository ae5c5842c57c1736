// name: hold-lease
// question: Does this process still hold the lease? If so, renew it.
// Every writing transaction asks this, and the heartbeat asks it between them.
// param lease: string
// param token: string
// param seconds: integer
// column token: string
// audience: internal
// mode: write
MATCH (lease:Lease {lease_id: $lease})
SET lease.lease_id = $lease
WITH lease
WHERE lease.token = $token
SET lease.expires_at = datetime.realtime() + duration({seconds: $seconds})
RETURN lease.token AS token
