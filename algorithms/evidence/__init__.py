"""What two accounts have in common, and how strongly each piece speaks for one operator."""
