"""Dvor, a self-hosted social network server that answers in the APIs its clients already speak."""

__version__ = "0.1.0"
