"""What mail is, as plain data: messages, recipients, outcomes, errors. No I/O, no Qt, no servers.

- A message and what becomes of it: message, recipient, attachment, edits, record, state, outcome, problem,
  same_message, late_creates.
- The server and what is asked of it: account, sign_in, listing, people, operations, writable_fields, response_codes,
  errors.
- What people type and hand over: address_lexer, address_parser, query, typed_dates, mailto, files.
- Text, and HTML without its parser: text, text_diff, layout_bounds, visible_text, html_rules, blocks, links.
- The program itself: presets, startup_request, release.
"""
