"""spicegate opens SPICE machines in the browser.

`spice` is the wire, `server` the server core, `machines` who plays the machine's part, `web` the pages and the
WebSocket bridge; `config` and `cli` start it all. Imports run in that order, one way.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("spicegate")
except PackageNotFoundError:  # run from a checkout that is not installed
    __version__ = "0+unknown"

__all__ = ["__version__"]
