// name: direct-contacts
// question: Which accounts referred, invited or transferred to each other?
// column account_a: string
// column account_b: string
// column kind: string
// mode: read
// audience: internal
MATCH (one:Account)-[contact:CONTACTED]->(other:Account)
WHERE one <> other
WITH CASE WHEN one.account_id < other.account_id THEN one ELSE other END AS a,
     CASE WHEN one.account_id < other.account_id THEN other ELSE one END AS b, contact.kind AS kind
RETURN DISTINCT a.account_id AS account_a, b.account_id AS account_b, kind
