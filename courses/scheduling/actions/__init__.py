"""What changes class sessions, seats, marks and completions, always under the session's lock."""
