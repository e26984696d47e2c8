"""What exists: values and the pure rules between them, with no input or output."""
