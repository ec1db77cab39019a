"""Measurements. They print tables and assert no times."""
