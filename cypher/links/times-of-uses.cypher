// name: times-of-uses
// question: When did these accounts use what they use: first, last, and on which days?
// One page in one row of lists, an entry per use; a time of -1 is unknown, and so are the days of an
// empty list. A day is its number since 1970-01-01, modulo 64. Numbers are node ids.
// param numbers: list
// column accounts: list
// column identifiers: list
// column first_seen: list
// column last_seen: list
// column days: list
// mode: read
// audience: internal
UNWIND $numbers AS number
MATCH (account:Account) WHERE id(account) = number
MATCH (account)-[use:{{ uses }}]->(identifier)
RETURN collect(number) AS accounts, collect(id(identifier)) AS identifiers,
       collect(coalesce(use.first_seen.epochMillis, -1)) AS first_seen,
       collect(coalesce(use.last_seen.epochMillis, -1)) AS last_seen,
       collect(coalesce(use.days, [])) AS days
