// name: ring-exemplars
// question: Which prompts do the members of a ring send, what the most members send first?
// param ring_id: string
// param limit: integer = 12
// column prompt_cluster_id: string
// column exemplar: string
// column capability: string
// column members: integer
// column requests: integer
// column outside: integer
// mode: read
// audience: internal
MATCH (:Ring {ring_id: $ring_id})<-[:MEMBER_OF]-(account:Account)-[sent:SENT]->(found:PromptCluster)
WHERE found.exemplar IS NOT NULL OR found.label IS NOT NULL
WITH found, count(account) AS members, sum(sent.events) AS requests
ORDER BY members DESC, requests DESC, found.prompt_cluster_id
LIMIT $limit
RETURN found.prompt_cluster_id AS prompt_cluster_id,
       coalesce(found.exemplar, found.label) AS exemplar, found.capability AS capability,
       members, requests, COUNT { (found)<-[:SENT]-() } - members AS outside
ORDER BY members DESC, requests DESC, prompt_cluster_id
