"""Reader of saved web pages: the main text only."""

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from qa.articles.dates import iso_date
from qa.articles.decoding import decode
from qa.articles.draft import Block, Draft, one_line, text_of, web_address
from qa.errors import ArticleError

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,40})", re.IGNORECASE)
_HIDDEN = (
    "//comment() | //script[not(@type='application/ld+json')] | //style | //template | //noscript | //*[@hidden] | //*[@aria-hidden='true']"
    " | //*[contains($style, 'display:none') or contains($style, 'visibility:hidden')]"
).replace("$style", "translate(@style, 'DISPLAYNOEVBTYHU \t\n', 'displaynoevbtyhu')")
_DATE_PLACES = (
    "//meta[@property='article:published_time']/@content",
    "//meta[@itemprop='datePublished']/@content",
    "//*[@itemprop='datePublished']/@datetime",
    "//meta[translate(@name, 'DATEPUBLISHC.', 'datepublishc.')='date']/@content",
    "//meta[translate(@name, 'DCATE.IUERMS', 'dcate.iuerms')='dc.date' or @name='DC.date.issued' or @name='dcterms.created']/@content",
    "//meta[@name='pubdate' or @name='publish-date' or @name='publication_date' or @name='parsely-pub-date']/@content",
    "//article//time[@pubdate]/@datetime",
)


def read_html(data: bytes) -> Draft:
    """Read the main text of a saved page, without menus, comments, scripts and whatever a browser would not show.

    The date is the one that the page declares as its publication, never a guess.

    Raises:
        ArticleError: The page is damaged or holds no running text.
    """
    declared = _DECLARED.search(data[:4096])
    page = _parsed(decode(data, declared[1].decode("ascii") if declared else None))
    date = _declared_date(page)
    for element in page.xpath(_HIDDEN):
        element.drop_tree()
    document = _extracted(page)
    text, headings = text_of(_blocks(document.body))
    canonical = page.xpath("//link[@rel='canonical']/@href | //meta[@property='og:url']/@content")
    return Draft(
        text=text,
        title=one_line(document.title),
        date=date,
        publisher=one_line(document.sitename),
        url=next(filter(None, map(web_address, canonical)), None),
        headings=headings,
    )


def _parsed(text: str) -> "HtmlElement":
    from lxml import etree, html  # noqa: PLC0415 - heavy

    try:
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise ArticleError(f"The page is damaged: {error}.", hint="Save it again from the browser.") from error


def _extracted(page: "HtmlElement") -> Any:
    import trafilatura  # noqa: PLC0415 - heavy

    try:
        document = trafilatura.bare_extraction(page, with_metadata=True, include_comments=False, include_tables=True)
    except RecursionError as error:
        raise ArticleError(
            "The page is nested too deeply to be read.", hint="Save the article's text as .txt."
        ) from error
    if document is None or document.body is None:
        raise ArticleError("No article text was found in the page.", hint="Save the article's text as .txt.")
    return document


def _blocks(body: Any) -> Iterator[Block]:
    """Yield the paragraphs of trafilatura's own tree (p, head, list/item, quote, table/row/cell)."""
    for element in body:
        if element.tag in {"list", "quote", "div"} and len(element):
            if element.text and element.text.strip():
                yield Block(_flat(element.text))
            yield from _blocks(element)
        elif element.tag == "table":
            for row in element.iter("row"):
                yield Block(
                    " | ".join(cell for cell in (_flat("".join(c.itertext())) for c in row.iter("cell")) if cell)
                )
        else:
            yield Block(_flat("".join(element.itertext())), heading=element.tag == "head")
        if element.tail and element.tail.strip():
            yield Block(_flat(element.tail))


def _flat(text: str) -> str:
    return " ".join(text.split())


def _declared_date(page: "HtmlElement") -> str | None:
    stated = [value for place in _DATE_PLACES for value in page.xpath(place)]
    for script in page.xpath("//script[@type='application/ld+json']/text()"):
        try:
            stated += _published(json.loads(script))
        except (ValueError, RecursionError):  # A page's own broken annotations do not make its text unreadable.
            continue
    return next((iso for value in stated if (iso := iso_date(value))), None)


def _published(node: Any) -> list[str]:
    if isinstance(node, list):
        return [date for item in node for date in _published(item)]
    if not isinstance(node, dict):
        return []
    own = node.get("datePublished")
    return ([own] if isinstance(own, str) else []) + _published(node.get("@graph"))
