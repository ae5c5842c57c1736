// name: forget-rings
// question: Which rings have been gone for long, with nobody having decided on them? They go.
// param retired_days: float
// audience: internal
// mode: write
MATCH (ring:Ring {state: 'retired'})
WHERE ring.retired_at < datetime() - duration({seconds: toInteger($retired_days * 86400)})
  AND NOT EXISTS { (ring)<-[:DECIDED]-(:Review) }
DETACH DELETE ring
