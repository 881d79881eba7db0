"""Tests of services/bot/replies."""
