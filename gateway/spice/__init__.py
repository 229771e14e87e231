"""The SPICE wire, sans-IO: no asyncio, no sockets, no clock.

- ``enums``, ``caps``, ``limits``, ``errors``: the vocabulary.
- ``wire``: what an annotation may say; ``codec``: ``marshal`` and ``demarshal`` compiled from the annotations.
- ``messages``: one dataclass a message, one file a channel; ``catalog``: which message has which number.
- ``agent``, ``vsc``: the protocols carried inside MAIN and SMARTCARD.
- ``link*``, ``auth``, ``framing``: from the first byte of a connection to whole messages.
- ``jsgen``: writes the same facts for the browser to ``static/js/spice/*.gen.js``.
"""
