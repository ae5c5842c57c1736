"""What ringleader costs, side by side with plain references in one run."""
