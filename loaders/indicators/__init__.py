"""What others know: indicators of partners, feeds and watchlists."""
