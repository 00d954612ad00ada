"""Background jobs of the scoring: load, one service call."""
