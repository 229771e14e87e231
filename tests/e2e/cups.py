"""CUPS with one printer, whose paper is its spool."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.program import Program, listening
from tests.e2e.reserved import free_port

QUEUE = "/printers/test"
PLACES = ("spool", "cache", "state", "tmp")

_FILES = """ServerRoot {home}/etc
RequestRoot {home}/spool
CacheDir {home}/cache
StateDir {home}/state
TempDir {home}/tmp
AccessLog {home}/access_log
ErrorLog {home}/error_log
PageLog {home}/page_log
FileDevice Yes
User lp
Group lp
SystemGroup adm
"""
_SERVER = """Listen 127.0.0.1:{port}
Browsing No
DefaultAuthType None
WebInterface No
PreserveJobFiles Yes
<Location />
Order allow,deny
Allow all
</Location>
<Policy default>
<Limit All>
Order allow,deny
Allow all
</Limit>
</Policy>
"""
_PRINTERS = """<DefaultPrinter test>
Info Test
DeviceURI file:///dev/null
State Idle
Accepting Yes
</DefaultPrinter>
"""


class Cups(Program):
    """Takes jobs at `QUEUE` on a loopback port."""

    def __init__(self, home: Path) -> None:
        for place in ("etc", *PLACES):
            (home / place).mkdir(parents=True)
        self.spool = home / "spool"
        self.port = free_port()
        files, server = home / "etc" / "cups-files.conf", home / "etc" / "cupsd.conf"
        files.write_text(_FILES.format(home=home))
        server.write_text(_SERVER.format(port=self.port))
        (home / "etc" / "printers.conf").write_text(_PRINTERS)
        super().__init__(["cupsd", "-f", "-c", str(server), "-s", str(files)], home / "log")
        self.wait_until("it listens", lambda: listening(self.port))

    def printed(self, job: int) -> bytes:
        """The document of a job."""
        return (self.spool / f"d{job:05d}-001").read_bytes()
