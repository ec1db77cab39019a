"""Prints what screening costs: ``python -m tests.benchmarks [--rows N] [--json FILE]``."""

from tests.benchmarks.speed import main

if __name__ == "__main__":
    main()
