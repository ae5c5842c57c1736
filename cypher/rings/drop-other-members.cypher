// name: drop-other-members
// question: Remove the memberships that this run does not confirm.
// param run: string
// audience: internal
// mode: write
MATCH (:Ring)<-[member:MEMBER_OF]-(:Account)
WHERE member.run <> $run OR member.run IS NULL
DELETE member
