"""The APIs that Dvor answers in, each in its own room; each knows the core, none knows another."""
