// name: contradicting-decisions
// question: About which accounts do decisions contradict each other?
// param limit: integer = 50
// column account_id: string
// column fraud_by: list
// column benign_by: list
// column last_decided_at: datetime
// mode: read
MATCH (account:Account)<-[:DECIDED]-(:Review {label: 'fraud'})
WHERE EXISTS { (account)<-[:DECIDED]-(:Review {label: 'benign'}) }
WITH DISTINCT account
RETURN account.account_id AS account_id,
       COLLECT { MATCH (account)<-[:DECIDED]-(review:Review {label: 'fraud'})
                 RETURN DISTINCT review.decided_by AS who ORDER BY who } AS fraud_by,
       COLLECT { MATCH (account)<-[:DECIDED]-(review:Review {label: 'benign'})
                 RETURN DISTINCT review.decided_by AS who ORDER BY who } AS benign_by,
       COLLECT { MATCH (account)<-[:DECIDED]-(review:Review)
                 RETURN max(review.decided_at) }[0] AS last_decided_at
ORDER BY account_id
LIMIT $limit
