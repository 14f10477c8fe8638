"""Lists of messages: what a person does with rows."""
