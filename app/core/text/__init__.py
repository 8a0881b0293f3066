"""Text in two scripts: digits, invisible marks, search folding, names. Pure functions, and their twins in SQL."""
