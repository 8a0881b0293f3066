"""Access: who acts, what the actor may do and how far, and the two walls that hold it."""
