"""One function per verb; each owns the boundary of its transaction and asks the table before it acts."""
