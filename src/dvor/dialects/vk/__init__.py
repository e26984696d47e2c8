"""VK's method API with OpenVK's form of it: methods, log-in by password, long poll and uploads."""
