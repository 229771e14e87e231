"""WEBDAV: a port whose bytes are a mux of HTTP connections."""

from .port import CompressedData, Data, Event, Init

__all__ = ["CompressedData", "Data", "Event", "Init"]
