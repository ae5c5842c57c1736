// name: campaign-pivot
// question: From which day on did a campaign move to a model that was released while it ran?
// The day and the model with the largest change of the model's share of the campaign's requests: the
// share of the $window days before the day, and of as many days from it on. A model is released on
// the day of the earliest request of any account; one that was there before the campaign is left out.
// With fewer than $least requests before or after a day, shares are chance: requests come in bunches.
// A change of less than $jump is no pivot: everybody comes to a new model over some weeks.
// param campaign_id: string
// param window: integer = 3
// param least: integer = 100
// param jump: float = 0.25
// column day: string
// column model: string
// column released: string
// column before: float
// column after: float
// mode: read
MATCH (:Campaign {campaign_id: $campaign_id})<-[:PART_OF]-(:Ring)<-[:MEMBER_OF]-(account:Account)
WITH DISTINCT account
MATCH (account)-[asked:REQUESTED]->(model:Model)
UNWIND asked.daily AS entry
WITH model, entry / 1000000000 AS day, sum(entry % 1000000000) AS requests
WITH collect({model: model.model, released: date(model.first_seen), day: day,
              requests: requests}) AS cells,
     min(day) AS begun
UNWIND cells AS cell
WITH cells, begun, cell
WHERE cell.released > date('1970-01-01') + duration({days: begun})
WITH cell,
     [c IN cells WHERE c.day >= cell.day - $window AND c.day < cell.day] AS earlier,
     [c IN cells WHERE c.day >= cell.day AND c.day < cell.day + $window] AS later
WITH cell,
     reduce(n = 0, c IN earlier | n + c.requests) AS all_before,
     reduce(n = 0, c IN later | n + c.requests) AS all_after,
     reduce(n = 0, c IN [e IN earlier WHERE e.model = cell.model] | n + c.requests) AS asked_before,
     reduce(n = 0, c IN [e IN later WHERE e.model = cell.model] | n + c.requests) AS asked_after
WHERE all_before >= $least AND all_after >= $least
WITH cell, toFloat(asked_before) / all_before AS before, toFloat(asked_after) / all_after AS after
WHERE after - before >= $jump
RETURN toString(date('1970-01-01') + duration({days: cell.day})) AS day, cell.model AS model,
       toString(cell.released) AS released, before, after
ORDER BY after - before DESC, day, model
LIMIT 1
