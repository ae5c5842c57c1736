// name: size-of-backup
// question: How many accounts, current rings, decisions, nodes and relationships are there?
// Leases do not count: a backup holds one while it counts.
// column accounts: integer
// column rings: integer
// column reviews: integer
// column nodes: integer
// column relationships: integer
// mode: read
// audience: internal
RETURN COUNT { (:Account) } AS accounts, COUNT { (:Ring {state: 'live'}) } AS rings,
       COUNT { (:Review) } AS reviews, COUNT { () } - COUNT { (:Lease) } AS nodes,
       COUNT { ()-->() } AS relationships
