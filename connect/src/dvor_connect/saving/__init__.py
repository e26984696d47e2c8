"""Keeping people: who they are at a network, which account of the site they have, and their tokens, encrypted."""
