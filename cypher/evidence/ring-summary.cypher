// name: ring-summary
// question: What is known of a ring as a whole?
// param ring_id: string
// column ring_id: string
// column size: integer
// column score: float
// column families: list
// column family_bits: list
// column single_family: boolean
// column named_by: list
// column links: integer
// column density: float
// column expected_false: float
// column run: string
// column parameters: string
// column accounts: integer
// column needed: float
// column ended_members: integer
// column ended_why: string
// column members: list
// mode: read
MATCH (ring:Ring {ring_id: $ring_id})<-[member:MEMBER_OF]-(account:Account)
WITH ring, account, member ORDER BY member.score DESC, account.account_id
RETURN ring.ring_id AS ring_id, ring.size AS size, ring.score AS score, ring.families AS families,
       ring.family_bits AS family_bits, ring.single_family AS single_family,
       coalesce(ring.named_by, []) AS named_by,
       ring.links AS links, ring.density AS density, ring.expected_false AS expected_false, ring.run AS run,
       head(COLLECT { MATCH (run:Run {run_id: ring.run}) RETURN run.parameters AS parameters })
         AS parameters,
       head(COLLECT { MATCH (run:Run {run_id: ring.run}) RETURN run.accounts AS accounts })
         AS accounts,
       ring.needed AS needed, ring.ended_members AS ended_members, ring.ended_why AS ended_why,
       collect({account_id: account.account_id, score: member.score,
                opened: account.created_at}) AS members
