"""What mail is, as plain data: messages, recipients, outcomes, errors. No I/O, no Qt, no servers."""
