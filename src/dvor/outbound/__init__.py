"""What Dvor sends: mail, telephone calls, callbacks and hooks over HTTP."""
