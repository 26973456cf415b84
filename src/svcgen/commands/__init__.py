"""Run each command in a module of its own: functions that accept and return values, and print nothing."""
