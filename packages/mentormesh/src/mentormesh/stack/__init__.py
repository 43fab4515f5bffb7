"""The local stack: real parts from packages alone, started, watched and stopped by recorded process id."""
