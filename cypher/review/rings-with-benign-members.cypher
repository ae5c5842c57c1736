// name: rings-with-benign-members
// question: Which rings hold accounts that somebody decided are benign?
// param limit: integer = 50
// column ring_id: string
// column members: integer
// column benign: list
// mode: read
MATCH (ring:Ring)<-[:MEMBER_OF]-(account:Account)<-[:DECIDED]-(review:Review {label: 'benign'})
WITH DISTINCT ring, account ORDER BY account.account_id
RETURN ring.ring_id AS ring_id, COUNT { (ring)<-[:MEMBER_OF]-() } AS members,
       collect(account.account_id) AS benign
ORDER BY size(benign) DESC, ring_id
LIMIT $limit
