"""Background jobs of the surveys: load, one service call."""
