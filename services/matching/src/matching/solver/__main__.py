"""The child process: `python -m matching.solver PARENT`."""

import sys

from matching.solver.child import main

if __name__ == "__main__":
    main(int(sys.argv[1]))
