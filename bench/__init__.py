"""Measurements of a running Dvor."""
