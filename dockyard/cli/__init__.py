"""The command line: one file a command. Only here errors are caught and anything is printed."""
