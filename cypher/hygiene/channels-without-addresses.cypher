// name: channels-without-addresses
// question: Of the accounts that signed up through each channel, how many have no IP address?
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
