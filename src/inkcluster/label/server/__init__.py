"""The page on which a person labels: a server on the loopback address, for its own tabs alone."""
