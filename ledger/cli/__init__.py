"""The face on the terminal: one file per command, what they share in option, output and file. It computes nothing."""
