"""Faults on purpose: processes killed, rows that kill, texts that nobody would write.

``python -m tests.reliability kills|poison|fuzz`` prints figures; short runs of each are tests.
"""
