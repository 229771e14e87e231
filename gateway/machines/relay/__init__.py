"""A machine whose SPICE server is elsewhere: QEMU, libvirt, Xspice.

The client links with the gateway, the gateway with the machine, passing on the client's capabilities; afterwards the
original bytes go both ways, checked at their headers. `RelayMachine.serve` is the way in: `joining` links, `flow`
forwards.
"""
