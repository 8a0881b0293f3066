"""The development stack: embedded PostgreSQL and a Redis-protocol server from Python packages, and the processes of PX360.

Knows nothing of the application but its commands. Start with `python -m devstack run`.
"""
