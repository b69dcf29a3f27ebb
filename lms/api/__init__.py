"""API v1: tokens, problem details, stored answers, and a description generated from the code."""
