"""What can be done: plain functions over a transaction, one module for each noun."""
