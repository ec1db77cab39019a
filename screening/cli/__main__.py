"""`python -m screening.cli`."""

from screening.cli import main

if __name__ == "__main__":
    main()
