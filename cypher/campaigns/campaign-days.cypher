// name: campaign-days
// question: Day by day: how many requests did a campaign send to which model?
// `share` is the model's part of the campaign's requests on the day.
// param campaign_id: string
// column day: string
// column model: string
// column requests: integer
// column accounts: integer
// column share: float
// mode: read
MATCH (:Campaign {campaign_id: $campaign_id})<-[:PART_OF]-(:Ring)<-[:MEMBER_OF]-(account:Account)
WITH DISTINCT account
MATCH (account)-[asked:REQUESTED]->(model:Model)
UNWIND asked.daily AS entry
WITH entry / 1000000000 AS day, model.model AS model,
     sum(entry % 1000000000) AS requests, count(DISTINCT account) AS accounts
ORDER BY day, model
WITH day, sum(requests) AS total,
     collect({model: model, requests: requests, accounts: accounts}) AS models
UNWIND models AS asked
RETURN toString(date('1970-01-01') + duration({days: day})) AS day, asked.model AS model,
       asked.requests AS requests, asked.accounts AS accounts,
       toFloat(asked.requests) / total AS share
ORDER BY day, model
