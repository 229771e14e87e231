"""spice-gtk itself as a client: its library under Debian's own Python, driven by verbs.

`program` runs there, with `signals` (what the library tells) and `verbs` (what it is asked to do); it shares nothing
with the tests but lines of JSON. `client` is the tests' end of it.
"""
