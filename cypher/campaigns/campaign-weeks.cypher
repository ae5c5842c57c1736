// name: campaign-weeks
// question: Week by week: how many accounts did a campaign open, use and lose?
// An account counts as in use from its first to its last request or payment.
// param campaign_id: string
// column week: string
// column opened: integer
// column in_use: integer
// column banned: integer
// mode: read
MATCH (:Campaign {campaign_id: $campaign_id})<-[:PART_OF]-(:Ring)<-[:MEMBER_OF]-(account:Account)
WITH DISTINCT account
CALL (account) {
  OPTIONAL MATCH (account)-[use:USED_IP|USED_DEVICE|SENT|PAID_WITH]->()
  RETURN min(use.first_seen) AS first_seen, max(use.last_seen) AS last_seen
}
WITH date.truncate('week', date(account.created_at)) AS opened,
     CASE WHEN account.status = 'banned' THEN date.truncate('week', date(account.status_at)) END
       AS banned,
     date.truncate('week', date(first_seen)) AS from_week,
     date.truncate('week', date(last_seen)) AS to_week
WITH collect({opened: opened, banned: banned, from_week: from_week, to_week: to_week}) AS accounts,
     min(coalesce(from_week, opened)) AS first_week, max(coalesce(to_week, opened)) AS last_week
UNWIND range(0, duration.inDays(first_week, last_week).days / 7) AS number
WITH accounts, first_week + duration({days: 7 * number}) AS week
RETURN toString(week) AS week,
       size([a IN accounts WHERE a.opened = week]) AS opened,
       size([a IN accounts WHERE a.from_week <= week AND a.to_week >= week]) AS in_use,
       size([a IN accounts WHERE a.banned = week]) AS banned
ORDER BY week
