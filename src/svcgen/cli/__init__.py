"""Define the command line: flags, prompts and reports. Only this package prints."""
