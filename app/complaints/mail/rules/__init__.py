"""Pure readings of an e-mail: its parts, its words, and whether a machine sent it. No database, no request."""
