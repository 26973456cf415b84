"""Run git, uv and other processes, and handle signals: everything outside of this process."""
