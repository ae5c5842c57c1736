// name: ring-channels
// question: Through which channels did the members of this ring sign up, and how much do they use?
// param ring_id: string
// column channel: string
// column members: integer
// column events: integer
// column tokens: integer
// mode: read
MATCH (:Ring {ring_id: $ring_id})<-[:MEMBER_OF]-(account:Account)
OPTIONAL MATCH (account)-[used:USED_IP]->()
RETURN coalesce(account.channel, 'unknown') AS channel, count(DISTINCT account) AS members,
       sum(used.events) AS events,
       sum(coalesce(used.input_tokens, 0) + coalesce(used.output_tokens, 0)) AS tokens
ORDER BY members DESC, channel
