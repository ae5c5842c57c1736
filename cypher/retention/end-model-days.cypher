// name: end-model-days
// question: Remove days before a day from the requests to models, and those without any left.
// Hours are kept modulo 64 days, so that an hour goes unless its day modulo 64 stays.
// param before: integer
// param rows: integer = 10000
// mode: write
// audience: internal
MATCH (:Account)-[asked:REQUESTED]->(:Model)
WHERE any(entry IN asked.daily WHERE entry / 1000000000 < $before)
WITH asked, [entry IN asked.daily WHERE entry / 1000000000 >= $before] AS daily
CALL (asked, daily) {
  WITH asked, daily, [entry IN daily | (entry / 1000000000) % 64] AS days
  SET asked.daily = daily,
      asked.events = reduce(sum = 0, entry IN daily | sum + entry % 1000000000),
      asked.active_hours = [hour IN asked.active_hours WHERE hour / 24 IN days]
  FOREACH (empty IN CASE WHEN size(daily) = 0 THEN [asked] ELSE [] END | DELETE empty)
} IN TRANSACTIONS OF $rows ROWS
