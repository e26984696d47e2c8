"""VKScript: reading scripts and running them within limits."""
