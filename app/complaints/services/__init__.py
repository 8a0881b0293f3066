"""Commands of complaints: one verb, one function."""
