// name: ring-capabilities
// question: Which capabilities does this ring target, and with which prompts?
// param ring_id: string
// param limit: integer = 50
// column capability: string
// column prompt_cluster_id: string
// column label: string
// column members: integer
// column events: integer
// column outside: integer
// mode: read
MATCH (ring:Ring {ring_id: $ring_id})<-[:MEMBER_OF]-(account:Account)
MATCH (account)-[sent:SENT]->(cluster:PromptCluster)
WITH cluster, count(account) AS members, sum(sent.events) AS events
RETURN coalesce(cluster.capability, 'unknown') AS capability,
       cluster.prompt_cluster_id AS prompt_cluster_id, cluster.label AS label, members, events,
       COUNT { (cluster)<-[:SENT]-() } - members AS outside
ORDER BY members DESC, events DESC, prompt_cluster_id
LIMIT $limit
