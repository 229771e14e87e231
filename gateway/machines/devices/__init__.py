"""The machine's side of its device channels, for machines that are programs of ours.

Each is an interface to hand to `SpiceServer.add_interface`, with verbs for whoever uses the device:

=================  =================================================================================
`usb`              `UsbPort`: a USB port that speaks usbredir; `UsbDevice` talks to what is plugged in
`usb_descriptors`  device, configuration and string descriptors, read and named
`mass_storage`     `open_disk`: a USB disk's blocks (Bulk-Only Transport, SCSI)
`disk_files`       `list_files`: the root directory of a disk (FAT, ISO 9660)
=================  =================================================================================

What a client's device does wrong raises `DeviceError`; what its client does wrong is a `ProtocolError` and ends the
client's channel.
"""
