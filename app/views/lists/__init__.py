"""Drafts, Outbox and Sent: one room, three lists. Replaces views/drafts, views/outbox, views/sent."""
