"""HL7 v2 as hospital systems really send it: bytes in, facts out. Pure; knows no database and no network.

`reader` takes a message apart, `people` and `visits` say what it means, `blanking` removes what is never stored,
`acks` answers. Source: issue "The house and the main loop", section 5; HL7 v2.3 to v2.8, chapters 2, 3, 4, 7 and 10.
"""
