"""A large, believable academy for measuring: loaded in bulk, the same at every load."""
