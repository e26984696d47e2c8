"""The VK method API, in VK's present form and in the older one that OpenVK's clients expect."""
