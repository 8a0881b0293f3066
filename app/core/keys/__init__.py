"""Keys: tokens of links derived at send time, fields encrypted at rest, keyed digests for comparing without storing."""
