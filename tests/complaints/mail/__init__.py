"""Tests of incoming e-mail, most of them against a real IMAP server of this machine."""
