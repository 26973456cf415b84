"""Publish an update in the user's work tree, finish it or undo it."""
