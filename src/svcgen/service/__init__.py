"""A service on disk: its repository, what the team changed, and how both merge."""
