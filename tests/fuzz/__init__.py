"""Fuzzing: mutated recordings of real clients against a live server core: ``python -m tests.fuzz --minutes 10``.

`recordings` are what spice-gtk said on each channel (``record`` makes them anew), `mutate` spoils them by a seed,
`target` is the server core with every interface, and `run` says one after the other to it. What must hold: the server
ends every connection, no task of its dies unseen, its memory stays bounded, and a good client is served afterwards.
"""
