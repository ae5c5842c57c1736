// name: old-members
// question: How many accounts are in a ring without the time since when?
// column number: integer
// mode: read
// audience: internal
MATCH (:Account)-[member:MEMBER_OF]->(:Ring)
WHERE member.since IS NULL
RETURN count(member) AS number
