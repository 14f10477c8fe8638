"""The operations of the service, by module. A new one is a function in one, and a name in its `OPERATIONS`."""

from typing import Final

from app.sandbox.call import ServiceOperation
from app.sandbox.operations import (
    attachments,
    changes,
    conversations,
    folders,
    items,
    mailbox_settings,
    people,
    update_item,
)

_MODULES: Final = (attachments, changes, conversations, folders, items, mailbox_settings, people, update_item)

OPERATIONS: Final[dict[str, ServiceOperation]] = {
    operation.name: operation for module in _MODULES for operation in module.OPERATIONS
}
