"""Reader of saved web pages: the main text only."""

import json
import logging
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from qa.articles.dates import iso_date
from qa.articles.decoding import decode
from qa.articles.draft import Block, Draft, check_elements, check_length, one_line, text_of, web_address
from qa.articles.visibility import drop_hidden
from qa.errors import ArticleError

if TYPE_CHECKING:
    from lxml.etree import _Element
    from lxml.html import HtmlElement
    from trafilatura.settings import Document

_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,40})", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]")  # Browsers pass over them, lxml does not.
_HEAD_BYTES = 4096  # Where a page may declare its encoding.
_DATE_NAMES = frozenset(
    {
        "article:published_time",
        "datepublished",
        "date",
        "dc.date",
        "dc.date.issued",
        "dcterms.issued",
        "parsely-pub-date",
        "pubdate",
        "publication_date",
        "publish-date",
        "sailthru.date",
    }
)
_AS_TEXT = "Save the article's text as .txt."


def read_html(data: bytes) -> Draft:
    """Read the main text of a saved page, without menus, comments, scripts and whatever a browser would not show.

    The date is the one that the page declares as its publication, never a guess.

    Raises:
        ArticleError: The page is damaged or holds no running text.
    """
    declared = _DECLARED.search(data[:_HEAD_BYTES])
    page = _parsed(decode(data, declared[1].decode("ascii") if declared else None))
    date = next((iso for value in _declared_dates(page) if (iso := iso_date(value))), None)
    addresses = page.xpath("//link[@rel='canonical']/@href | //meta[@property='og:url']/@content")
    document = _main_text(page)
    text, headings = text_of(_blocks(document.body))
    return Draft(
        text=text,
        title=one_line(document.title),
        date=date,
        publisher=one_line(document.sitename),
        url=next(filter(None, map(web_address, addresses)), None),
        headings=headings,
    )


def _parsed(text: str) -> "HtmlElement":
    from lxml import etree, html

    try:
        parser = html.HTMLParser(encoding="utf-8")
        return html.document_fromstring(_CONTROLS.sub("", text).encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise ArticleError(f"The page is damaged: {error}.", hint="Save it again from the browser.") from error


def _main_text(page: "HtmlElement") -> "Document":
    import trafilatura
    from trafilatura.settings import Document

    logging.getLogger("trafilatura").setLevel(logging.ERROR)  # What it warns of is raised here.
    try:
        drop_hidden(page)
        check_elements(page.iter())
        check_length(len(page.text_content()))
        document = trafilatura.bare_extraction(page, with_metadata=True, include_comments=False)
    except RecursionError as error:
        raise ArticleError("The page is nested too deeply to be read.", hint=_AS_TEXT) from error
    except ValueError as error:  # lxml's word for control characters written as entities
        raise ArticleError(f"The page is damaged: {error}.", hint=_AS_TEXT) from error
    if not isinstance(document, Document) or document.body is None:
        raise ArticleError("No article text was found in the page.", hint=_AS_TEXT)
    return document


def _blocks(body: "_Element | None") -> Iterator[Block]:
    """Yield the paragraphs of trafilatura's own tree (p, head, quote, list/item, table/row/cell)."""
    for element in body if body is not None else ():
        if element.tag in {"list", "quote", "div"} and len(element):
            yield Block(_flat(element.text))
            yield from _blocks(element)
        elif element.tag == "table":
            for row in element.iter("row"):
                cells = (_flat("".join(cell.itertext())) for cell in row.iter("cell"))
                yield Block(" | ".join(filter(None, cells)))
        else:
            yield Block(_flat("".join(element.itertext())), heading=element.tag == "head")
        yield Block(_flat(element.tail))


def _flat(text: str | None) -> str:
    return " ".join((text or "").split())


def _declared_dates(page: "HtmlElement") -> Iterator[str]:
    for meta in page.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        if name.lower() in _DATE_NAMES:
            yield meta.get("content", "")
    for script in page.xpath("//script[@type='application/ld+json']/text()"):
        try:
            yield from _published(json.loads(script))
        except (ValueError, RecursionError):  # A page's broken annotations do not make its text unreadable.
            continue
    yield from page.xpath("//*[@itemprop='datePublished']/@datetime | //time[@pubdate]/@datetime")


def _published(node: object) -> Iterator[str]:
    """Yield the publication dates of schema.org annotations (JSON-LD)."""
    if isinstance(node, list):
        for item in node:
            yield from _published(item)
    elif isinstance(node, dict):
        if isinstance(date := node.get("datePublished"), str):
            yield date
        yield from _published(node.get("@graph"))
