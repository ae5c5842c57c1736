// name: find-prompts
// question: Which prompt clusters hold all these words in their exemplar, label or capability, the most used first?
// param words: list
// param limit: integer = 20
// column kind: string
// column key: string
// column accounts: integer
// column rings: list
// column status: string
// column exemplar: string
// mode: read
// audience: internal
MATCH (found:PromptCluster)
WHERE found.exemplar IS NOT NULL OR found.label IS NOT NULL
WITH found, toLower(coalesce(found.label, '') + ' ' + coalesce(found.capability, '') + ' ' +
                    coalesce(found.exemplar, '')) AS text
WHERE all(word IN $words WHERE text CONTAINS word)
WITH found, COUNT { (found)<-[:{{ uses }}]-() } AS accounts
ORDER BY accounts DESC, found.prompt_cluster_id
LIMIT $limit
RETURN labels(found)[0] AS kind, found.prompt_cluster_id AS key, accounts, COLLECT {
         MATCH (found)<-[:{{ uses }}]-(:Account)-[:MEMBER_OF]->(ring:Ring)
         RETURN DISTINCT ring.ring_id ORDER BY ring.ring_id LIMIT 20
       } AS rings, found.verdict AS status, coalesce(found.exemplar, found.label) AS exemplar
ORDER BY accounts DESC, key
