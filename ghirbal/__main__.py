"""`python -m ghirbal` is the command `ghirbal`."""

import sys

from ghirbal.command import main

if __name__ == "__main__":
    sys.exit(main())
