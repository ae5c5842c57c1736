// name: accounts-by-contact
// question: Which accounts have this e-mail address, mailbox or phone number?
// Both are keyed hashes; `ringleader find` makes them.
// param email_hash: string = null
// param key: string = null
// column account_id: string
// column status: string
// column created_at: datetime
// column rings: list
// mode: read
// audience: internal
CALL () {
  MATCH (account:Account {email_hash: $email_hash})
  RETURN account
  UNION
  CALL () {
    {{ named:identifier:$key }}
  }
  MATCH (account:Account)-[:{{ uses }}]->(identifier)
  RETURN account
}
RETURN account.account_id AS account_id, account.status AS status,
       account.created_at AS created_at,
       COLLECT { MATCH (account)-[:MEMBER_OF]->(ring) RETURN ring.ring_id ORDER BY ring.ring_id }
         AS rings
ORDER BY account_id
