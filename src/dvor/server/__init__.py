"""The running server: the ASGI application, its processes, health, logs and TLS."""
