"""The page as a tool for other models: ``ask`` over MCP."""

from inspect import getdoc
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from qa.config import Settings
from qa.errors import ConfigError, QAError
from qa.schema import Answer
from qa.ui.access import on_loopback
from qa.ui.api import LONGEST_HISTORY
from qa.ui.chat import QUESTION_LIMIT
from qa.ui.line import Line

if TYPE_CHECKING:
    from mcp.server.fastmcp import FastMCP
    from mcp.server.transport_security import TransportSecuritySettings

    from qa.pipeline import QA

PATH = "/mcp"
_HISTORY = Field(
    description="Earlier [question, answer] pairs of the conversation, oldest first.", max_length=LONGEST_HISTORY
)
_QUESTION = Field(description="The question, in Italian or English.", min_length=1, max_length=QUESTION_LIMIT)


def build_tool(bot: "QA", line: Line) -> "FastMCP":
    """Return a server of the one tool ``ask``, to be mounted at ``PATH``.

    Raises:
        ConfigError: The extra ``mcp`` is not installed.
    """
    try:
        from mcp.server.fastmcp import FastMCP
        from mcp.server.fastmcp.exceptions import ToolError
        from mcp.types import ToolAnnotations
    except ImportError as error:
        raise ConfigError(
            "QA_MCP needs the extra mcp, which is not installed.", hint='Install it: pip install ".[mcp]"'
        ) from error

    server = FastMCP(
        "carrera-qa",
        instructions="Answers questions from indexed news articles, with a verbatim citation for every sentence.",
        streamable_http_path=PATH,
        stateless_http=True,
        json_response=True,
        log_level="WARNING",
        transport_security=_security(bot.settings),
    )

    async def ask(
        question: Annotated[str, _QUESTION],
        history: Annotated[list[tuple[str, str]], _HISTORY] = [],  # noqa: B006
    ) -> Answer:
        """Answer a question from the indexed news articles, with a verbatim citation for every sentence.

        The answer's `text` has [n] markers; `citations` says what each stands for: article, date, verbatim quote and its
        offsets. `status` is answered, conflict (the articles disagree) or abstained (they do not answer the question as
        asked); never fill in what an abstention leaves open.
        """
        try:
            async with line.turn():
                return await bot.aask(question, history=history)
        except QAError as error:
            raise ToolError(str(error)) from error

    hints = ToolAnnotations(title="Ask the articles", readOnlyHint=True, openWorldHint=False)
    server.add_tool(ask, description=getdoc(ask), annotations=hints)
    return server


def _security(settings: Settings) -> "TransportSecuritySettings":
    """Return which names the server may be called by.

    On this computer alone, only its own: else a web page whose name is made to point here could ask questions. Elsewhere the
    names are the administrator's, and a password is bound to its name.
    """
    from mcp.server.transport_security import TransportSecuritySettings

    if not on_loopback(settings.host) or settings.root_path or settings.auth:
        return TransportSecuritySettings(enable_dns_rebinding_protection=False)
    names = ["127.0.0.1:*", "localhost:*", "[::1]:*"]
    return TransportSecuritySettings(allowed_hosts=names, allowed_origins=[f"http://{name}" for name in names])
