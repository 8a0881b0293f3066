"""The demo: three made-up hospitals with people, patients, and a year that tells a story. Fixed seed, written in bulk."""
