"""What a run costs beside what it cannot do without: the engine alone, and the document server's bare transactions."""
