"""Files of people from an HR system: what a row says, what an import is, and what would come of it."""
