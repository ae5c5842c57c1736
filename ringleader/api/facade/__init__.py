"""The methods of :class:`ringleader.Connection`, by subject."""
