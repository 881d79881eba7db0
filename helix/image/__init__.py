"""Proves an image from its Dockerfile, before anything is built."""
