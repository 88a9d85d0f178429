"""The screen of the till, as HTML."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

STYLE = """
body { font: 16px system-ui, sans-serif; margin: 0; background: #f6f5f2; color: #22302b; }
header { background: #2c5e4f; color: #fff; padding: .8rem 1.2rem; display: flex; justify-content: space-between; }
main { display: grid; grid-template-columns: 1fr 18rem; gap: 1rem; padding: 1rem; max-width: 64rem; margin: auto; }
section, aside { background: #fff; border: 1px solid #d9d5cb; border-radius: 8px; padding: 1rem; }
.banner { background: #fdf0d5; border-bottom: 1px solid #e3c16f; padding: .7rem 1.2rem; }
.banner.critical { background: #fbe0dd; border-color: #cf5f55; }
.new { border-color: #2c5e4f; box-shadow: 0 0 0 2px #2c5e4f33; }
.scroll { max-height: 12rem; overflow: auto; }
button { font: inherit; padding: .5rem .9rem; border-radius: 6px; border: 1px solid #2c5e4f; background: #e9f2ee; }
textarea { width: 100%; font: inherit; }
"""


def screen(
    operator: str, site: str, on: Mapping[str, bool], banners: list[dict[str, str]], said: str, version: object
) -> str:
    """The whole page: what is on is there, and the rest is not."""
    title = "recyClique" if on["recyclique_branding_v1_3"] else "Till"
    notices = "".join(
        f'<p class="banner {escape(banner["level"])}" role="status">{escape(banner["text"])}</p>' for banner in banners
    )
    buttons = "".join(f"<button type=button>{price} €</button> " for price in (1, 2, 5, 10))
    parts = {
        "price_buttons_v1_3": f"<p>{buttons}</p>",
        "category_visibility_v1_3": "<p><label><input type=checkbox checked> furniture</label> "
        "<label><input type=checkbox checked> books</label></p>",
        "visual_signals_v1_3": "<p aria-live=polite>● ready</p>",
        "keyboard_shortcuts_v1_3": "<p><kbd>Enter</kbd> rings up, <kbd>Esc</kbd> clears</p>",
    }
    shown = "".join(html for flag, html in parts.items() if on[flag])
    block = "new" if on["central_block_redesign_v1_3"] else "old"
    heading = "Sale, at a glance" if block == "new" else "Sale"
    scroll = ' class="scroll"' if on["scrollable_tickets_v1_3"] else ""
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>
<header><b>{title}</b><span>{escape(operator)}, {escape(site)}</span></header>
{notices}
<main><section class="{block}" data-block="{block}"><h1>{heading}</h1>
<form method="post"><label>What is sold<br><textarea name="lines" rows="5">2 x chair @ 12.50</textarea></label>{shown}
<p><button>Ring up</button></p></form><p role="status">{escape(said)}</p></section>
<aside><h2>Ticket</h2><div{scroll}>{escape(said) or "nothing yet"}</div><p><small>ruleset {escape(str(version))}</small></p></aside>
</main></html>
"""
