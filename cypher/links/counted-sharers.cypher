// name: counted-sharers
// question: How many accounts had each identifier that several used, when they were counted last?
// Numbers are the store's own.
// column numbers: list
// column accounts: list
// mode: read
// audience: internal
MATCH (identifier:{{ identifiers }})
WHERE identifier.accounts > 1
RETURN collect(id(identifier)) AS numbers, collect(identifier.accounts) AS accounts
