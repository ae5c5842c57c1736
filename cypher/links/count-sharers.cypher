// name: count-sharers
// question: How many accounts use each of these identifiers? (Assigned; null where no two do.)
// The lists are parallel; numbers are node ids.
// param numbers: list
// param accounts: list
// mode: write
// audience: internal
UNWIND range(0, size($numbers) - 1) AS n
MATCH (identifier) WHERE id(identifier) = $numbers[n]
SET identifier.accounts = $accounts[n]
