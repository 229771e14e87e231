"""The channels of our own server core, one file each: a `PipeChannel` and its `PipeClient`."""
