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
  OPTIONAL MATCH (account)-[use:{{ timed_uses }}]->()
  RETURN min(use.first_seen) AS first_seen, max(use.last_seen) AS last_seen
}
WITH [at IN [account.created_at, first_seen, last_seen,
             CASE WHEN account.status = 'banned' THEN account.status_at END]
      | CASE WHEN at IS NOT NULL THEN date.truncate('week', date(at)) END] AS weeks
WITH weeks[0] AS opened, weeks[1] AS from_week, weeks[2] AS to_week, weeks[3] AS banned
WITH collect({opened: opened, banned: banned, from_week: from_week, to_week: to_week}) AS accounts,
     min(coalesce(from_week, opened)) AS first_week, max(coalesce(to_week, opened)) AS last_week
UNWIND range(0, coalesce(duration.inDays(first_week, last_week).days / 7, -1)) AS number
WITH accounts, first_week + duration({days: 7 * number}) AS week
RETURN toString(week) AS week,
       size([a IN accounts WHERE a.opened = week]) AS opened,
       size([a IN accounts WHERE a.from_week <= week AND a.to_week >= week]) AS in_use,
       size([a IN accounts WHERE a.banned = week]) AS banned
ORDER BY week
