"""What complaints and inquiries have in common: facts of a case, contact, queues, names in notes."""
