"""Machines: who plays the machine's part for a `SpiceServer`, one folder each.

`relay` reaches a SPICE server elsewhere: QEMU, libvirt, Xspice.
"""
