"""Rows of the scoring tables and the engine's arrays: the only bridge between them."""
