"""Commands on surveys."""
