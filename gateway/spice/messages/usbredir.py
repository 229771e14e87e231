"""USBREDIR: the usbredir protocol as a byte stream, one device a channel."""

from .spicevmc import CompressedData, Data

__all__ = ["CompressedData", "Data"]
