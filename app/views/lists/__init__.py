"""Drafts, Outbox and Sent: one room, three lists."""
