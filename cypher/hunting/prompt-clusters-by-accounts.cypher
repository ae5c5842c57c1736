// name: prompt-clusters-by-accounts
// question: Which prompts do the most accounts send?
// param capability: string = null
// param limit: integer = 50
// column prompt_cluster_id: string
// column label: string
// column capability: string
// column accounts: integer
// column events: integer
// mode: read
MATCH (cluster:PromptCluster)
WHERE $capability IS NULL OR cluster.capability = $capability
MATCH (cluster)<-[sent:SENT]-(account:Account)
RETURN cluster.prompt_cluster_id AS prompt_cluster_id, cluster.label AS label,
       cluster.capability AS capability, count(account) AS accounts, sum(sent.events) AS events
ORDER BY accounts DESC, events DESC, prompt_cluster_id
LIMIT $limit
