"""One function per verb; each owns its transaction and calls nothing but its unit inside."""
