"""Tests of the Discord bot: the real library over sockets against the Discord test server."""
