"""``python -m salesnb`` is the command line."""

import sys

from salesnb.cli import main

sys.exit(main())
