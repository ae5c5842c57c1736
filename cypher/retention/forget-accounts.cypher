// name: forget-accounts
// question: Delete accounts on request, with the decisions about them; their rings note it.
// param accounts: list
// column number: integer
// column decisions: integer
// mode: write
// audience: internal
MATCH (account:Account)
WHERE account.account_id IN $accounts
OPTIONAL MATCH (account)-[:MEMBER_OF]->(ring:Ring)
FOREACH (one IN CASE WHEN ring IS NULL THEN [] ELSE [ring] END |
  SET one.ended_members = coalesce(one.ended_members, 0) + 1, one.ended_at = datetime(),
      one.ended_why = 'erased on request')
WITH DISTINCT account
WITH account, COLLECT { MATCH (account)<-[:DECIDED]-(review:Review) RETURN review } AS reviews
WITH account, reviews, size(reviews) AS decisions
FOREACH (appeal IN COLLECT { MATCH (a:Appeal {account_id: account.account_id}) RETURN a } |
  DETACH DELETE appeal)
FOREACH (review IN reviews | DETACH DELETE review)
DETACH DELETE account
RETURN count(*) AS number, sum(decisions) AS decisions
