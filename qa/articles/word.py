"""Reader of Word files (.docx)."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from qa.articles.draft import Block, Draft, check_elements, one_line, text_of
from qa.errors import ArticleError

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement

MAX_UNPACKED_BYTES = 100_000_000
MAX_XML_BYTES = 30_000_000
"""Of all parts but pictures and the like; a parser needs many times that."""

_OLE = b"\xd0\xcf\x11\xe0"
_AGAIN = "Save it again from the word processor, or as .txt."


def read_docx(data: bytes) -> Draft:
    """Read paragraphs and tables in their order; heading styles become headings.

    The file's own dates are when it was made, not when the article appeared, so they are not used.

    Raises:
        ArticleError: The file is encrypted, damaged, or would unpack to more than ``MAX_UNPACKED_BYTES``.
    """
    document = _opened(data)
    check_elements(document.element.body.iter())
    text, headings = text_of(_blocks(document))
    return Draft(text=text, title=one_line(document.core_properties.title), headings=headings)


def _opened(data: bytes) -> "Document":
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    if data.startswith(_OLE):
        raise ArticleError(
            "The file is protected by a password, or is an old .doc.", hint="Save it as .docx without a password."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            sizes = {part.filename: part.file_size for part in archive.infolist()}
        xml = sum(size for name, size in sizes.items() if name.endswith((".xml", ".rels")))
        for unpacked, most in ((sum(sizes.values()), MAX_UNPACKED_BYTES), (xml, MAX_XML_BYTES)):
            if unpacked > most:
                raise ArticleError(f"The file would unpack to {unpacked:,} bytes, at most {most:,}.", hint=_AGAIN)
        return docx.Document(io.BytesIO(data))
    except (
        zipfile.BadZipFile,
        zlib.error,
        OpcError,
        LxmlError,
        LookupError,
        ValueError,
        NotImplementedError,
        EOFError,
        AttributeError,
    ) as error:
        raise ArticleError(f"The Word file is damaged: {error}.", hint=_AGAIN) from error


def _blocks(document: "Document") -> Iterator[Block]:
    from docx.oxml.ns import qn
    from docx.text.paragraph import Paragraph

    for element in document.element.body.iterchildren(qn("w:p"), qn("w:tbl"), qn("w:sdt")):
        if element.tag == qn("w:tbl"):
            for row in element.iter(qn("w:tr")):
                cells = (" ".join(_text(cell).split()) for cell in row.iterchildren(qn("w:tc")))
                yield Block(" | ".join(cell for cell in cells if cell))
            continue
        for paragraph in [element] if element.tag == qn("w:p") else element.iter(qn("w:p")):
            style = Paragraph(paragraph, document).style
            name = (style.name or "").lower() if style is not None else ""
            yield Block(_text(paragraph), heading=name.startswith(("heading", "title")))


def _text(element: "BaseOxmlElement") -> str:
    """Return the visible text: with what tracked changes added, without what they deleted or a format hides."""
    from docx.oxml.ns import qn

    separators = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-", qn("w:p"): "\n"}
    pieces: list[str] = []
    for node in element.iter():
        if node.tag == qn("w:t"):
            run = node.getparent()
            properties = run.find(qn("w:rPr"))
            if properties is None or properties.find(qn("w:vanish")) is None:
                pieces.append(node.text or "")
        else:
            pieces.append(separators.get(node.tag, ""))
    return "".join(pieces).strip()
