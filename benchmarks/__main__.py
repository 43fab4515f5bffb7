"""`python -m benchmarks`: the event path and the platform's memory (the match has its own: `make bench-match`)."""

import sys

from benchmarks.path.bench import main

sys.exit(main())
