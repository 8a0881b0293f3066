"""Commands on mailboxes and incoming e-mail."""
