"""The service: checks, findings and decisions over HTTP, for machines and the analysts' console."""
