// name: path-between-accounts
// question: What is the shortest chain of shared identifiers and contacts between two accounts?
// param one: string
// param other: string
// param at_most: integer = 1000
// column steps: list
// column length: integer
// mode: read
// Identifiers of more than $at_most accounts join anybody to anybody: they are no step.
// Of several that are as short the first by name, so that asking again gives the same answer.
MATCH path = SHORTEST 1 GROUP (:Account {account_id: $one})
  ((here)-[:{{ uses }}|CONTACTED]-(there)
   WHERE there:Account
      OR COUNT { (there)<-[:{{ uses }}]-() } <= $at_most
  ){1,8}
  (:Account {account_id: $other})
RETURN [node IN nodes(path) |
        labels(node)[0] + ' ' +
        coalesce(node.account_id, {{ key_of:node }})] AS steps,
       length(path) AS length
ORDER BY steps
LIMIT 1
