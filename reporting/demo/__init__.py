"""The demonstration: people for each role and a small academy that is alive."""
