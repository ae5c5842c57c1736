"""Run the command line: ``python -m ringleader``."""

from ringleader.cli import main

if __name__ == "__main__":
    main()
