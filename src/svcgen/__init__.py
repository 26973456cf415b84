"""svcgen makes complete, single-purpose FastAPI services."""
