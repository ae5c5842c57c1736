// name: heaviest-accounts-outside-rings
// question: Which accounts in no ring use the most tokens?
// param limit: integer = 50
// column account_id: string
// column tokens: integer
// column events: integer
// column status: string
// column organization_id: string
// mode: read
MATCH (account:Account)-[used:{{ request_uses }}]->()
WHERE NOT EXISTS { (account)-[:MEMBER_OF]->(:Ring) }
// The same requests stand on addresses, devices and prompts: the most of the three, not their sum.
WITH account, type(used) AS kind, sum(used.events) AS events,
     sum(coalesce(used.input_tokens, 0) + coalesce(used.output_tokens, 0)) AS tokens
WITH account, max(tokens) AS tokens, max(events) AS events
ORDER BY tokens DESC, account.account_id
LIMIT $limit
RETURN account.account_id AS account_id, tokens, events, account.status AS status,
       head(COLLECT { MATCH (account)-[:IN_ORGANIZATION]->(o:Organization)
                      RETURN o.organization_id ORDER BY o.organization_id }) AS organization_id
ORDER BY tokens DESC, account_id
