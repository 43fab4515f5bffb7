"""What the path from a command to its effect elsewhere can do."""
