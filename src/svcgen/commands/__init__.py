"""One module for each command: functions that take values and return values, and print nothing."""
