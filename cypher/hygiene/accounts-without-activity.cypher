// name: accounts-without-activity
// question: How many accounts of each status have no activity, and since when?
// column status: string
// column accounts: integer
// column oldest: datetime
// mode: read
MATCH (account:Account)
WHERE NOT EXISTS { (account)-[:{{ timed_uses }}]->() }
RETURN coalesce(account.status, 'unknown') AS status, count(*) AS accounts,
       min(account.created_at) AS oldest
ORDER BY accounts DESC, status
