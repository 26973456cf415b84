"""What a service does when something breaks: each fault is a test, and table.py prints them all."""
