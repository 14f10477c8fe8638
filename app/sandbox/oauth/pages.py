"""The pages that a person sees who signs in: plain forms, without scripts, that a browser test can fill in too."""

import html
from collections.abc import Mapping

_PAGE = (
    "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{title}</title></head>"
    "<body><h1>{title}</h1>{content}</body></html>"
)


def page(title: str, content: str) -> str:
    """Make a page; `content` is HTML, the title is text."""
    return _PAGE.format(title=html.escape(title), content=content)


def sign_in(hidden: Mapping[str, str], *, user: str = "", complaint: str = "", code: str | None = None) -> str:
    """Make the form to sign in; `hidden` is handed on, `code` is the user code of the device flow."""
    fields = "".join(
        f"<input type='hidden' name='{html.escape(name)}' value='{html.escape(value)}'>"
        for name, value in hidden.items()
    )
    if code is not None:
        fields += f"<p><label>Code <input name='user_code' value='{html.escape(code)}' autocomplete='off'></label></p>"
    alert = f"<p role='alert'>{html.escape(complaint)}</p>" if complaint else ""
    form = (
        f"{alert}<form method='post'>{fields}"
        f"<p><label>User <input name='username' value='{html.escape(user)}' autocomplete='username'></label></p>"
        "<p><label>Password <input name='password' type='password' autocomplete='current-password'></label></p>"
        "<p><button name='answer' value='yes'>Sign in</button> <button name='answer' value='no'>Cancel</button></p>"
        "</form>"
    )
    return page("Sign in to the Mailwright sandbox", form)


def form_post(address: str, said: Mapping[str, str], nonce: str) -> str:
    """Make the page that brings an answer back as a form (OAuth 2.0 Form Post Response Mode); `nonce` lets it go on."""
    fields = "".join(
        f"<input type='hidden' name='{html.escape(name)}' value='{html.escape(value)}'>" for name, value in said.items()
    )
    form = f"<form method='post' action='{html.escape(address)}'>{fields}<p><button>Continue</button></p></form>"
    return page("Going back to the program", f"{form}<script nonce='{nonce}'>document.forms[0].submit()</script>")


def message(title: str, text: str) -> str:
    """Make a page that says one thing."""
    return page(title, f"<p>{html.escape(text)}</p>")
