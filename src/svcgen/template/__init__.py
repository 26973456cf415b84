"""The template: where it comes from, what it asks, what it renders."""
