"""One function per verb: check the caller, do the work in one unit, answer with the result."""
