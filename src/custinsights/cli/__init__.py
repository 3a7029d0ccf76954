"""How does somebody at a shell ask? With the command ``custinsights``.

The command calls nothing but the façade. It is made with typer and rich, which the extra
``report`` brings; without them one sentence says so.
"""

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        What stands behind the name of the command; ``sys.argv[1:]`` by default.

    Returns
    -------
    int
        0; 1 for input that cannot be used; 2 for a command that was not understood or lacks its
        libraries; 130 after Ctrl-C; 141 when the reader of the output went away.
    """
    try:
        from custinsights.cli.command import run

        return run(sys.argv[1:] if arguments is None else arguments)
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in ("typer", "rich"):
            raise
        sys.stderr.write(
            f"The custinsights command needs {library}, which is not installed. "
            "Install it with: pip install 'custinsights[report]'\n"
        )
        return 2
    except KeyboardInterrupt:
        return 130
