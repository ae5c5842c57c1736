// name: uses-to-link
// question: What did the accounts between two names use, and how much?
// One page in one row of lists, an entry per use. A payment that failed is an attempt that anybody can
// make; a disputed card was stolen. Numbers are node ids.
// param low: string
// param high: string
// column accounts: list
// column identifiers: list
// column kinds: list
// column events: list
// mode: read
// audience: internal
MATCH (account:Account)-[use:{{ uses }}]->(identifier)
WHERE account.account_id >= $low AND account.account_id <= $high
// A test of the type is cheaper than its name; `failed` exists on payments only.
RETURN collect(id(account)) AS accounts, collect(id(identifier)) AS identifiers,
       collect({{ code_of:use }}) AS kinds,
       collect(coalesce(use.events, 1) -
               CASE WHEN use:{{ payment_uses }} THEN coalesce(use.failed, 0) +
                    coalesce(use.disputed, 0) ELSE 0 END) AS events
