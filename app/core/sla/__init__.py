"""SLA clocks: one mechanism for every deadline of the product (product.md section 6).

A clock has a target, a start, pauses, a due time, reminders, escalation steps and a stop, and explains itself.
"""
