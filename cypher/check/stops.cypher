// name: stops
// question: How many accounts have lost their access, and within how many hours?
// param stopped: list
// column number: integer
// column hours: float
// mode: read
// audience: internal
MATCH (account:Account)
WHERE account.status IN $stopped AND account.status_at IS NOT NULL
WITH count(account) AS number, min(account.status_at) AS first, max(account.status_at) AS last
RETURN number, coalesce(duration.inSeconds(first, last).seconds / 3600.0, 0.0) AS hours
