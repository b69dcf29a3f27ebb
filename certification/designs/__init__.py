"""Designs: how certificates look and which words stand around their facts."""
