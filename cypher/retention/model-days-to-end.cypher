// name: model-days-to-end
// question: How many accounts have requests to a model on days before a day?
// `before` is the number of the day since 1970-01-01.
// param before: integer
// column number: integer
// mode: read
// audience: internal
MATCH (:Account)-[asked:REQUESTED]->(:Model)
WHERE any(entry IN asked.daily WHERE entry / 1000000000 < $before)
RETURN count(asked) AS number
