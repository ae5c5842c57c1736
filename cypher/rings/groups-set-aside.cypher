// name: groups-set-aside
// question: Which groups share as much as rings do, but have an innocent explanation?
// They are not accused: a firm, a class or a family shares as much. Look here if a ring is missing.
// param look_alike: string = any
// column name: string
// column look_alike: string
// column size: integer
// column score: float
// column families: list
// column reason: string
// column members: list
// mode: read
MATCH (aside:SetAside)
WHERE $look_alike = 'any' OR aside.look_alike = $look_alike
RETURN aside.name AS name, aside.look_alike AS look_alike, aside.size AS size,
       aside.score AS score, aside.families AS families, aside.reason AS reason,
       aside.members[..20] AS members
ORDER BY score DESC, name
