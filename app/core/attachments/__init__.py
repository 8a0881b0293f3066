"""Files that hang on a case: what may come in, what is taken off it, whether it is clean, and who may have it.

A domain names the case (`about`) and asks its own permission; a file is read by its owner's permission check and no other way.
"""
