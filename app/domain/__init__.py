"""What mail is, as plain data: messages, recipients, outcomes, errors. No I/O, no Qt, no servers.

- A message and what becomes of it: message, message_kind, original, recipient, attachment, edits, record, state,
  outcome, proof, problem, same_message, late_creates.
- The server and what is asked of it: account, sign_in, server_traits, listing, people, operations, writable_fields,
  properties, response_codes, errors.
- What people type and hand over: address_lexer, address_parser, query, mailto, files.
- HTML without its parser: visible_text, html_rules, blocks.
- The program itself: presets, startup_request, release.
"""
