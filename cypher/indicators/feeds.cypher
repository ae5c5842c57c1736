// name: feeds
// question: Which feeds of indicators are pulled, and up to where have they been read?
// column url: string
// column title: string
// column source: string
// column mark: string
// column pulled_at: datetime
// mode: read
// audience: internal
MATCH (feed:Feed)
RETURN feed.url AS url, feed.title AS title, feed.source AS source, feed.mark AS mark,
       feed.pulled_at AS pulled_at
ORDER BY url
