"""The check of one account: what rings live on, and how an account stands to it."""
