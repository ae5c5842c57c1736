// name: counted-sharers
// question: How many accounts used each shared identifier at the last count?
// Numbers are node ids.
// column numbers: list
// column accounts: list
// mode: read
// audience: internal
MATCH (identifier:{{ identifiers }})
WHERE identifier.accounts > 1
RETURN collect(id(identifier)) AS numbers, collect(identifier.accounts) AS accounts
