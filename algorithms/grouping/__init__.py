"""Group linked accounts into communities, and expand these by accounts tied to them."""
