"""Commands on journeys."""
