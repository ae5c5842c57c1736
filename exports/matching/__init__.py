"""Match identifiers with a partner without showing the others: private set intersection."""
