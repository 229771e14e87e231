"""Pixels and sound to the wire: `image` makes the bodies of SPICE images, `audio` Opus packets.

Everything here is synchronous and meant for worker threads: no asyncio, and the time is spent in C without the GIL.
"""
