"""svcgen creates complete, single-purpose FastAPI services."""
