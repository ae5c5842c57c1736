"""Compare detected rings with labels."""
