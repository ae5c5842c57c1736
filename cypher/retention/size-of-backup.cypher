// name: size-of-backup
// question: How many accounts, current rings and decisions are there?
// column accounts: integer
// column rings: integer
// column reviews: integer
// mode: read
// audience: internal
RETURN COUNT { (:Account) } AS accounts, COUNT { (:Ring {state: 'live'}) } AS rings,
       COUNT { (:Review) } AS reviews
