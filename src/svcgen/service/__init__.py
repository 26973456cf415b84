"""Read and change a service on disk: its files, its repository and the team's changes."""
