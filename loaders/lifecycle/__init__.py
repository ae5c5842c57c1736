"""The end of data: by age, and on request."""
