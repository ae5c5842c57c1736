// name: devices-over-countries
// question: Which devices are shared by accounts of several countries?
// param at_least: integer = 2
// param limit: integer = 50
// column device_id: string
// column countries: list
// column accounts: integer
// mode: read
MATCH (shared:Device)<-[:USED_DEVICE]-(account:Account)
WHERE account.country IS NOT NULL
WITH shared, account ORDER BY account.country
WITH shared, collect(DISTINCT account.country) AS countries, count(account) AS accounts
WHERE size(countries) >= $at_least
RETURN shared.device_id AS device_id, countries, accounts
ORDER BY size(countries) DESC, accounts DESC, device_id
LIMIT $limit
