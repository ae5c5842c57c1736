// name: channels-without-addresses
// question: Through which channels do requests come without an IP address, and from how many accounts?
// column channel: string
// column accounts: integer
// column without_ip: integer
// mode: read
MATCH (account:Account)
WHERE account.channel IS NOT NULL
WITH account.channel AS channel, account, EXISTS { (account)-[:USED_IP]->() } AS has_ip
RETURN channel, count(account) AS accounts,
       count(CASE WHEN NOT has_ip THEN 1 END) AS without_ip
ORDER BY channel
