"""The few web pages of the bot: plain HTML, no script. Pure."""

from html import escape

from aiohttp import web

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action {form_action}; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; background: Canvas; color: CanvasText; display: grid;
  place-items: start center; padding: 12vh 1rem 2rem; }
main { width: min(26rem, 100%); }
h1 { font-size: 1.35rem; line-height: 1.3; margin: 0 0 .75rem; overflow-wrap: anywhere; }
p, ul { margin: 0 0 1rem; }
ul { padding-left: 1.25rem; }
a { color: #1264a3; }
label { display: block; font-weight: 600; margin-bottom: .35rem; }
input, button { box-sizing: border-box; width: 100%; font: inherit; padding: .6rem .75rem;
  border-radius: .5rem; border: 1px solid #767676; }
input { background: Field; color: FieldText; }
input:focus-visible, button:focus-visible { outline: 3px solid #1264a3; outline-offset: 2px; }
button { margin-top: 1rem; background: #007a5a; border-color: #007a5a; color: #fff;
  font-weight: 600; cursor: pointer; }
@media (max-width: 30rem) { body { padding-top: 2rem; } }
@media (prefers-color-scheme: dark) { a { color: #6cb8ee; } }
.hint { font-size: .875rem; margin: .35rem 0 0; opacity: .85; }
.error { border-left: 4px solid #b3261e; padding: .25rem .75rem; }
"""


def paragraph(text: str) -> str:
    """Make a paragraph of *text*, in which nothing is live."""
    return f"<p>{escape(text)}</p>"


def page(status: int, title: str, content: str, *, form_action: str = "'self'") -> web.Response:
    """Make a page of *content*, which is HTML. *form_action*: where its forms may lead (CSP)."""
    policy = _POLICY.format(form_action=form_action)
    return web.Response(
        status=status,
        headers=_HEADERS | {"Content-Security-Policy": policy},
        content_type="text/html",
        charset="utf-8",
        text=f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><style>{_STYLE}</style></head>
<body><main><h1>{escape(title)}</h1>{content}</main></body></html>""",
    )
