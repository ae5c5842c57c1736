// name: count-sharers
// question: How many accounts use each identifier? (Assigned, so that repeating it changes nothing.)
// param rows: integer = 20000
// mode: write
// audience: internal
MATCH (identifier:Ip|PaymentMethod|Device|PromptCluster|EmailDomain)
CALL (identifier) {
  WITH identifier, COUNT {
    (identifier)<-[:USED_IP|PAID_WITH|USED_DEVICE|SENT|REGISTERED_WITH]-()
  } AS accounts
  WHERE identifier.accounts IS NULL OR identifier.accounts <> accounts
  SET identifier.accounts = accounts
} IN TRANSACTIONS OF $rows ROWS
