"""Our server core beside libspice, the same pictures through both: ``python -m benchmarks.core``.

`pictures` makes what is shown, `scenes` says how it moves. Two machines show it: `x_machine`, an X program on Xspice's
screen, and `own_machine`, a QXL interface of ours. `client` is the one client that watches either, straight or over
`slow_link`; `measure` takes the figures and `report` tells them.
"""
