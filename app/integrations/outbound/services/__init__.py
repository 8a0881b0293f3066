"""Commands of the outbound webhooks."""
