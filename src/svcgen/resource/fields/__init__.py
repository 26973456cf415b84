"""Define the types of fields."""
