// name: uses-of-account
// question: What does an account use, and from when to when?
// param account_id: string
// column label: string
// column key: string
// column events: integer
// column first_seen: datetime
// column last_seen: datetime
// mode: read
// audience: internal
MATCH (:Account {account_id: $account_id})-[use:{{ uses }}]->(used)
RETURN labels(used)[0] AS label, {{ key_of:used }} AS key, use.events AS events,
       use.first_seen AS first_seen, use.last_seen AS last_seen
ORDER BY label, key
