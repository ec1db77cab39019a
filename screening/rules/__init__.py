"""Watchlists: their models, their loading, what is in force, what is due."""
