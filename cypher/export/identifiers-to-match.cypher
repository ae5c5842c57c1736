// name: identifiers-to-match
// question: Which identifiers of some labels do accounts use, how many, and how many of them in rings?
// param labels: list
// `scope` is all, or rings: what two members or more use, and mostly members: `part` of its users.
// param scope: string = rings
// param part: float = 0.5
// column label: string
// column key: string
// column accounts: integer
// column in_rings: integer
// mode: read
// audience: internal
MATCH (used:{{ identifiers }})
WHERE labels(used)[0] IN $labels
WITH used, COUNT { (used)<-[:{{ uses }}]-() } AS accounts,
     COUNT {
       MATCH (used)<-[:{{ uses }}]-(account:Account) WHERE EXISTS { (account)-[:MEMBER_OF]->(:Ring) }
       RETURN account
     } AS in_rings
WHERE accounts > 0 AND ($scope = 'all' OR (in_rings > 1 AND in_rings >= $part * accounts))
RETURN labels(used)[0] AS label, {{ key_of:used }} AS key, accounts, in_rings
