"""The machine's side of its device channels, for machines that are programs of ours.

Each is an interface to hand to `SpiceServer.add_interface`, with verbs for whoever uses the device:

==========================  ===========================================================================
`usb`                       `UsbPort`: a USB port; `UsbDevice` talks to what a client plugs into it
`usb_descriptors`           `read_descriptors`: device, configurations and strings
`mass_storage`              `open_disk`: a USB disk's blocks (Bulk-Only Transport, SCSI)
`disk_files`                `list_files`: the root directory of a disk (FAT, ISO 9660)
`smartcard`                 `SmartcardReader`: a card reader that transmits commands
`smartcard_certificates`    `read_certificate`, `subject_of`: whom a card names (CAC, PIV)
`webdav`                    `SharedFolder`: a client's folder as an HTTP port on the loopback
`webdav_client`             `FolderReader`: lists and reads it
`tunnel`                    `TunnelPorts`: the services that a client offers, as ports on the loopback
`ipp`                       `print_document`: a job for a printer among them
==========================  ===========================================================================

What a client's device does wrong raises `DeviceError`; what its client does wrong is a `ProtocolError` and ends the
client's channel.
"""
