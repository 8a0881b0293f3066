"""What the words of a complaint tell by themselves: tokens, red flags, guesses. Pure: no database, no request."""
