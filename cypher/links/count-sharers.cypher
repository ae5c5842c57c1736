// name: count-sharers
// question: How many accounts use each identifier that several use? (Assigned, so that repeating it changes nothing.)
// param rows: integer = 20000
// mode: write
// audience: internal
MATCH (identifier:Ip|PaymentMethod|Device|PromptCluster|EmailDomain)
WITH identifier, COUNT {
  (identifier)<-[:USED_IP|PAID_WITH|USED_DEVICE|SENT|REGISTERED_WITH]-()
} AS users
WITH identifier, CASE WHEN users > 1 THEN users END AS accounts
WHERE coalesce(identifier.accounts, 0) <> coalesce(accounts, 0)
CALL (identifier, accounts) {
  SET identifier.accounts = accounts
} IN 2 CONCURRENT TRANSACTIONS OF $rows ROWS
