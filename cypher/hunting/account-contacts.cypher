// name: account-contacts
// question: Which accounts did this one refer, invite or transfer to, and which did so to it?
// param account_id: string
// param limit: integer = 50
// column other_account_id: string
// column direction: string
// column kind: string
// column events: integer
// column last_seen: datetime
// mode: read
MATCH (account:Account {account_id: $account_id})-[contact:CONTACTED]-(other:Account)
RETURN other.account_id AS other_account_id,
       CASE WHEN startNode(contact) = account THEN 'to' ELSE 'from' END AS direction,
       contact.kind AS kind, contact.events AS events, contact.last_seen AS last_seen
ORDER BY events DESC, other_account_id, direction, kind
LIMIT $limit
