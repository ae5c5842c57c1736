// name: take-lease
// question: Can this process get the write lease? It can if the lease is free or has expired.
// SET comes first because it locks the node, so that two processes cannot both take the lease.
// param lease: string
// param token: string
// param holder: string
// param place: string
// param seconds: integer
// column taken: boolean
// column holder: string
// column expires_at: datetime
// column earlier: string
// audience: internal
// mode: write
MERGE (lease:Lease {lease_id: $lease})
SET lease.lease_id = $lease
WITH lease, lease.holder AS earlier,
     lease.token IS NULL OR lease.place = $place OR lease.expires_at < datetime.realtime() AS free
FOREACH (_ IN CASE WHEN free THEN [1] ELSE [] END |
  SET lease.token = $token, lease.holder = $holder, lease.place = $place,
      lease.taken_at = datetime.realtime(),
      lease.expires_at = datetime.realtime() + duration({seconds: $seconds}))
RETURN lease.token = $token AS taken, lease.holder AS holder, lease.expires_at AS expires_at,
       earlier
