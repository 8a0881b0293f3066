"""Commands of inquiries: one verb, one function."""
