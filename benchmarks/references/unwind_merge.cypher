UNWIND $rows AS row
MERGE (a:Account {account_id: row.account_id})
MERGE (b:Ip {address: row.ip})
MERGE (a)-[r:USED_IP]->(b)
SET r.events = coalesce(r.events, 0) + row.events,
    r.input_tokens = coalesce(r.input_tokens, 0) + row.input_tokens,
    r.output_tokens = coalesce(r.output_tokens, 0) + row.output_tokens,
    r.first_seen = CASE WHEN r.first_seen IS NULL OR row.first_seen < r.first_seen
                        THEN row.first_seen ELSE r.first_seen END,
    r.last_seen = CASE WHEN r.last_seen IS NULL OR row.last_seen > r.last_seen
                       THEN row.last_seen ELSE r.last_seen END,
    r.channels = coalesce(r.channels, []) + [x IN row.channels WHERE NOT x IN coalesce(r.channels, [])],
    r.hours = coalesce(r.hours, []) + [x IN row.hours WHERE NOT x IN coalesce(r.hours, [])],
    r.days = coalesce(r.days, []) + [x IN row.days WHERE NOT x IN coalesce(r.days, [])]
