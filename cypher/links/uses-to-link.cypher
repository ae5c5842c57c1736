// name: uses-to-link
// question: What did the accounts between two names use, and how much?
// One page in one row of lists, an entry per use. A payment that failed is an attempt that anybody can
// make. Numbers are the store's own.
// param low: string
// param high: string
// column accounts: list
// column identifiers: list
// column kinds: list
// column events: list
// mode: read
// audience: internal
MATCH (account:Account)-[use:USED_IP|PAID_WITH|USED_DEVICE|SENT|REGISTERED_WITH]->(identifier)
WHERE account.account_id >= $low AND account.account_id <= $high
// A test of the type is cheaper than its name; a property that is not there is looked for in vain.
RETURN collect(id(account)) AS accounts, collect(id(identifier)) AS identifiers,
       collect(CASE WHEN use:USED_IP THEN 0 WHEN use:USED_DEVICE THEN 1 WHEN use:SENT THEN 2
                    WHEN use:PAID_WITH THEN 3 ELSE 4 END) AS kinds,
       collect(coalesce(use.events, 1) -
               CASE WHEN use:PAID_WITH THEN coalesce(use.failed, 0) ELSE 0 END) AS events
