"""Tests of the outbound webhooks."""
