"""Pure decisions about questions, answers, the path through a survey and its score. No database, no request."""
