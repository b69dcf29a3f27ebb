"""Figures of training for administrators: by course, by organisation, in a period."""
