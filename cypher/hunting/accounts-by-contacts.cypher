// name: accounts-by-contacts
// question: Which accounts referred, invited or transferred to the most others?
// param kind: string = null
// param at_least: integer = 2
// param limit: integer = 50
// column account_id: string
// column status: string
// column contacts: integer
// column kinds: list
// column in_rings: integer
// mode: read
MATCH (account:Account)-[contact:CONTACTED]->(other:Account)
WHERE $kind IS NULL OR contact.kind = $kind
WITH account, contact, other ORDER BY contact.kind
WITH account, count(DISTINCT other) AS contacts, collect(DISTINCT contact.kind) AS kinds,
     count(DISTINCT CASE WHEN EXISTS { (other)-[:MEMBER_OF]->(:Ring) } THEN other END) AS in_rings
WHERE contacts >= $at_least
RETURN account.account_id AS account_id, account.status AS status, contacts, kinds, in_rings
ORDER BY contacts DESC, account_id
LIMIT $limit
