"""Microsoft Graph v1.0 to the same mailboxes as the EWS beside it: mail, people and what a mail client asks of both.

`front` takes HTTP in and out, `routes` says what there is, and the other modules carry it out.
"""
