// name: set-aside-with-account
// question: Which groups that have an innocent explanation hold this account?
// param account_id: string
// column name: string
// column look_alike: string
// column size: integer
// column score: float
// column reason: string
// mode: read
// audience: internal
MATCH (aside:SetAside)
WHERE $account_id IN aside.members
RETURN aside.name AS name, aside.look_alike AS look_alike, aside.size AS size,
       aside.score AS score, aside.reason AS reason
ORDER BY score DESC, name
