"""Loading the shipped data: every file is checked before anything is written."""
