// name: mark-feed
// question: Note up to where a feed of indicators has been read.
// param url: string
// param title: string
// param source: string = null
// param mark: string = null
// mode: write
// audience: internal
MERGE (feed:Feed {url: $url})
SET feed.title = $title, feed.source = $source, feed.mark = $mark, feed.pulled_at = datetime()
