"""Softphones at a PBX whose lines lead to a server, and somebody who is called."""

from tests.peers.fixtures import authority, pbx, server_files

__all__ = ["authority", "pbx", "server_files"]
