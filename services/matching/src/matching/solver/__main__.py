"""The child process: `python -m matching.solver PARENT`."""

import sys

from matching.solver.parent import die_with

if __name__ == "__main__":
    die_with(int(sys.argv[1]))
    # Only now, since it takes a second to read the engine, and the parent may die in that second.
    from matching.solver.child import main

    main()
