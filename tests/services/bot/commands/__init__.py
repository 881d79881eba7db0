"""Tests of services/bot/commands."""
