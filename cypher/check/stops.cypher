// name: stops
// question: When did accounts lose their access, in seconds since 1970, the earliest first?
// param stopped: list
// column times: list
// mode: read
// audience: internal
MATCH (account:Account)
WHERE account.status IN $stopped AND account.status_at IS NOT NULL
WITH account.status_at.epochSeconds AS at ORDER BY at
RETURN collect(at) AS times
