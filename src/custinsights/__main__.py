"""Run the command: ``python -m custinsights``."""

import sys

from custinsights.cli import main

if __name__ == "__main__":
    sys.exit(main())
