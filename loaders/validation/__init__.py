"""Convert and check values: one clean table out, the refused rows to the quarantine."""
