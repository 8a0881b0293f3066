"""Time: the one clock, working calendars, Saudi dates and how instants are shown."""
