"""Parts of this package that run in a process of their own, since what they call can crash or hold up the whole process."""

import json
import sys

_START = "import json, sys; sys.path[:] = json.loads(sys.argv.pop(1)); from {module} import main; main()"


def command(module: str, *arguments: str) -> list[str]:
    """Return the command line that runs ``main`` of a module of this package in a new Python.

    The new Python finds the modules that this one finds, and no others.

    Args:
        module: Its dotted name.
        *arguments: What ``main`` finds behind ``sys.argv[0]``; everyone on this computer can read it.
    """
    return [sys.executable, "-I", "-c", _START.format(module=module), json.dumps([*map(str, sys.path)]), *arguments]
