"""Commands on messages and the bell."""
