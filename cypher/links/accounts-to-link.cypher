// name: accounts-to-link
// question: Which accounts come next, since when, and when did they end?
// One page in one row of lists; a time of -1 is unknown or in the future. Numbers are node ids.
// param after: string
// param rows: integer
// param active: string = active
// column account_id: list
// column number: list
// column opened: list
// column ended: list
// mode: read
// audience: internal
MATCH (account:Account)
WHERE account.account_id > $after
WITH account ORDER BY account.account_id LIMIT $rows
RETURN collect(account.account_id) AS account_id, collect(id(account)) AS number,
       collect(coalesce(account.created_at.epochMillis, -1)) AS opened,
       collect(CASE WHEN account.status <> $active THEN coalesce(account.status_at.epochMillis, -1)
                    ELSE -1 END) AS ended
