"""What needs mutmut, which the tests do without, is not looked through for doctests."""

collect_ignore = ["mutants.py", "trials.py"]
