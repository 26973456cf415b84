"""What `svcgen add resource` reads, renders and inserts."""
