// name: accounts-on-device
// question: Which accounts were used from this device?
// param device_id: string
// param limit: integer = 50
// column account_id: string
// column status: string
// column events: integer
// column first_seen: datetime
// column last_seen: datetime
// mode: read
MATCH (:Device {device_id: $device_id})<-[used:USED_DEVICE]-(account:Account)
RETURN account.account_id AS account_id, account.status AS status, used.events AS events,
       used.first_seen AS first_seen, used.last_seen AS last_seen
ORDER BY events DESC, account_id
LIMIT $limit
