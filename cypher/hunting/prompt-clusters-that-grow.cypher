// name: prompt-clusters-that-grow
// question: Which prompts gained the most accounts since a day, and how many sent them before?
// param since: datetime
// param capability: string = null
// param limit: integer = 50
// column prompt_cluster_id: string
// column label: string
// column capability: string
// column came: integer
// column before: integer
// mode: read
MATCH (cluster:PromptCluster)<-[sent:SENT]-(:Account)
WHERE $capability IS NULL OR cluster.capability = $capability
WITH cluster, count(CASE WHEN sent.first_seen >= $since THEN 1 END) AS came,
     count(CASE WHEN sent.first_seen < $since THEN 1 END) AS before
WHERE came > 0
RETURN cluster.prompt_cluster_id AS prompt_cluster_id, cluster.label AS label,
       cluster.capability AS capability, came, before
ORDER BY came DESC, before, prompt_cluster_id
LIMIT $limit
