// name: accounts-on-prompt-cluster
// question: Which accounts send prompts of this cluster?
// param prompt_cluster_id: string
// param limit: integer = 50
// column account_id: string
// column status: string
// column events: integer
// column share: float
// mode: read
MATCH (:PromptCluster {prompt_cluster_id: $prompt_cluster_id})<-[sent:SENT]-(account:Account)
WITH account, sent.events AS events,
     COLLECT { MATCH (account)-[any:SENT]->() RETURN sum(any.events) }[0] AS all
RETURN account.account_id AS account_id, account.status AS status, events,
       toFloat(events) / all AS share
ORDER BY events DESC, account_id
LIMIT $limit
