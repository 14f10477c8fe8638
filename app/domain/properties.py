"""Properties of a stored message that have no element of their own: ours, and those of MAPI by their tags.

They stay in the mailbox, whatever protocol wrote them: a message begun over EWS is known again over Graph.
"""

from __future__ import annotations

MARK_SET = "a8f1d1c6-5a44-4f1e-9d05-6f7b2a2d9a10"
MARK_NAME = "MailwrightId"
"""Our mark: a named property that stays in the mailbox. An Internet header would go out to the recipients."""

HEADERS_NAME = "MailwrightHeaders"
"""Custom headers once more, in a property of ours: EWS gives a header back only by its name."""

DEFERRED_TAG = "0x3FEF"
"""PidTagDeferredSendTime ([MS-OXOMSG] 2.2.3.4)."""

IN_REPLY_TO_TAG = "0x1042"
"""PidTagInReplyToId ([MS-OXOMSG] 2.2.2.22)."""

FLAGS_TAG = "0x0E07"
"""PidTagMessageFlags ([MS-OXCMSG] 2.2.1.6)."""
READ_AND_NO_DRAFT = "1"
"""mfRead alone: mfUnsent (8) would make it a draft."""
SUBMITTED_FLAG = 4
"""mfSubmitted: the server has taken the message for sending, and has not sent it yet."""
SUBMITTED_TAG, DELIVERED_TAG = "0x0039", "0x0E06"
"""PidTagClientSubmitTime and PidTagMessageDeliveryTime ([MS-OXOMSG] 2.2.3.11 and 2.2.3.9)."""

VERB_TAG, VERB_TIME_TAG, ICON_TAG = "0x1081", "0x1082", "0x1080"
"""PidTagLastVerbExecuted, PidTagLastVerbExecutionTime ([MS-OXOMSG]) and PidTagIconIndex ([MS-OXCMSG])."""

ANSWERED_ICON, FORWARDED_ICON = "261", "262"
"""Values of PidTagIconIndex ([MS-OXCMSG]): 0x105 and 0x106."""
