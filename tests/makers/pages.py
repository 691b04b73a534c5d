"""A page as its reader gets it."""

import re
from html.parser import HTMLParser

SVG = (
    '<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n'
    '<svg xmlns:xlink="http://www.w3.org/1999/xlink" xmlns="http://www.w3.org/2000/svg" width="200pt" height="100pt" '
    'viewBox="0 0 200 100"><metadata><a href="http://example.org"/></metadata><defs><style type="text/css">*{stroke-linejoin: '
    'round}</style><path id="p" d="M0 0"/></defs><g id="figure_1" clip-path="url(#p)"><use xlink:href="#p"/></g></svg>'
)
VOID = {"meta", "br", "path", "use", "mspace", "input"}


class Document(HTMLParser):
    """A page as its parser sees it: open elements, ids, links, tables and text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.rows: list[list[str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        self.ids += [found["id"] or ""] if "id" in found else []
        self.links += [found["href"] or ""] if tag == "a" else []
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        if "style" in self.open or "script" in self.open:
            return
        self.text.append(data)
        if "td" in self.open or "th" in self.open:
            self.rows[-1][-1] += f" {data.strip()}"

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())

    def cells(self, start: str) -> list[list[str]]:
        """Rows whose first cell starts so."""
        rows = [[" ".join(cell.split()) for cell in row] for row in self.rows]
        return [row for row in rows if row and row[0].startswith(start)]


def assert_sound(html: str) -> Document:
    """Parsed to the end, ids unique, links inside the page lead somewhere, nothing is loaded, no number is missing."""
    document = Document(html)
    assert document.open == []
    assert len(document.ids) == len(set(document.ids))
    assert all(link[1:] in document.ids for link in document.links if link.startswith("#"))
    names = {tag for tag, _ in document.tags}
    # scripts are the explorer's, inside the page: nothing has a source
    assert not names & {"link", "img", "iframe", "object", "embed", "base"}
    assert not any("src" in found or "srcset" in found for _, found in document.tags)
    assert not re.search(r"@import|url\((?!#)|javascript:", html)
    assert all(
        "http" not in str(v)
        for tag, f in document.tags
        for k, v in f.items()
        if tag != "a" and not k.startswith("xmlns")
    )
    assert not re.search(r"\b(nan|NaN|None|inf|Undefined)\b", document.words)
    for tag, found in document.tags:
        assert tag != "svg" or (found.get("role") == "img" and found.get("aria-label"))
    return document
