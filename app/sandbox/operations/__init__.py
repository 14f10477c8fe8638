"""The operations of the service, one module each. A new one is a module and a line here."""

from typing import Final

from app.sandbox.call import Operation
from app.sandbox.operations import (
    create_item,
    delete_item,
    find_folder,
    find_item,
    get_folder,
    get_item,
    send_item,
    update_item,
)

OPERATIONS: Final[dict[str, Operation]] = {
    module.OPERATION.name: module.OPERATION
    for module in (
        create_item,
        delete_item,
        find_folder,
        find_item,
        get_folder,
        get_item,
        send_item,
        update_item,
    )
}
"""Name of the request's element to its operation."""
