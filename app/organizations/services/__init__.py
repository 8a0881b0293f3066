"""Commands on the organization."""
