"""The operations of the service, by module. A new one is a module, or a function in one, and a line here."""

from typing import Final

from app.sandbox.call import Operation
from app.sandbox.operations import (
    change_folders,
    create_attachment,
    create_folder,
    create_item,
    delete_attachment,
    delete_item,
    find_folder,
    find_item,
    get_attachment,
    get_folder,
    get_item,
    get_mail_tips,
    mark_all_items_as_read,
    move_item,
    resolve_names,
    send_item,
    sync_folder_hierarchy,
    sync_folder_items,
    update_item,
)

_ALL: Final = (
    change_folders.DELETE,
    change_folders.EMPTY,
    change_folders.MOVE,
    change_folders.UPDATE,
    create_attachment.OPERATION,
    create_folder.OPERATION,
    create_item.OPERATION,
    delete_attachment.OPERATION,
    delete_item.OPERATION,
    find_folder.OPERATION,
    find_item.OPERATION,
    get_attachment.OPERATION,
    get_folder.OPERATION,
    get_item.OPERATION,
    get_mail_tips.OPERATION,
    mark_all_items_as_read.OPERATION,
    move_item.COPY,
    move_item.MOVE,
    resolve_names.EXPAND,
    resolve_names.RESOLVE,
    send_item.OPERATION,
    sync_folder_hierarchy.OPERATION,
    sync_folder_items.OPERATION,
    update_item.OPERATION,
)

OPERATIONS: Final[dict[str, Operation]] = {operation.name: operation for operation in _ALL}
"""Name of the request's element to its operation."""
