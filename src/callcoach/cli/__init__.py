"""The command line. Each module holds one group of commands and imports the heavy parts when called."""
