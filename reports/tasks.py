"""Background jobs of the reports: load, one service call."""
