"""Commands on PX actions."""
