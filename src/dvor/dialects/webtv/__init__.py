"""WS.WebTV's server API: signed calls by which another server manages the users and their sessions."""
