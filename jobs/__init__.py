"""Scheduled work: jobs that are declared in ringleader.toml."""
