"""How a method is declared and answered, and everything derived from the declaration."""
