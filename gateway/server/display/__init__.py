"""A display adapter's screen, and what each client is told of it.

::

    QXLWorker ──> Screen ── surfaces ──> Surface      the machine draws; what changed is found out once a loop turn
                    │ watchers
                    └──> DisplayClient ── PicturePipe  what the client still has to be told: operations, then regions
                              └───────── Sender        takes from it whenever the connection takes more
                                           └── Sharing, Choice, ImageCache: snapshots, encoders, the client's cache

No pixels wait for anybody: those of a region are read when they are encoded. A slow client gets the newest picture,
and no other client notices.
"""
