"""A module of the library as the rules see it: its name, its tree, what it imports and where."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from attrs import field, frozen

PACKAGE = "custinsights"
ROOT = Path(__file__).parents[2] / "src" / PACKAGE


@frozen
class Import:
    """One reference from a module to another, however it is written."""

    target: str
    line: int
    by_name: bool = False  # written as text, to be imported when it is needed


@frozen
class Source:
    """One module: dotted name, text and syntax tree; `siblings` are the names of all modules."""

    name: str
    text: str
    is_package: bool = False
    siblings: frozenset[str] = frozenset()
    tree: ast.Module = field(init=False, repr=False, eq=False)

    @tree.default
    def _parse(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def room(self) -> str:
        """Name the folder or file below the package; the façade is a room of its own."""
        return self.name.partition(".")[2].partition(".")[0] or "__init__"

    def imports(self) -> Iterator[Import]:
        """Yield every import, at the top or inside a function, and every module named in text."""
        prose = set(map(id, docstrings(self.tree)))
        for node in ast.walk(self.tree):
            match node:
                case ast.Import(names=names):
                    yield from (Import(alias.name, node.lineno) for alias in names)
                case ast.ImportFrom(names=names):
                    base = self._absolute(node)
                    for alias in names:
                        inner = f"{base}.{alias.name}"
                        yield Import(inner if inner in self.siblings else base, node.lineno)
                case ast.Constant(value=str(text)) if (
                    id(node) not in prose and text.rstrip(".") in self.siblings and "." in text
                ):  # also the beginning of a name whose end is computed
                    yield Import(text.rstrip("."), node.lineno, by_name=True)
                case ast.JoinedStr(
                    values=[
                        ast.FormattedValue(value=ast.Name(id="__name__")),
                        ast.Constant(value=str(text)),
                    ]
                ) if f"{self.name}{text}" in self.siblings:
                    yield Import(f"{self.name}{text}", node.lineno, by_name=True)
                case ast.Call(args=[ast.Constant(value=str(text)), *_]) if (
                    last_name(node.func) in {"import_module", "__import__"}
                    and text.rstrip(".") not in self.siblings
                ):
                    base = self.name if self.is_package else self.name.rpartition(".")[0]
                    yield Import(
                        base + text if text.startswith(".") else text, node.lineno, by_name=True
                    )

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.name.split(".")
        base = parts[: len(parts) - node.level + self.is_package]
        return ".".join([*base, *filter(None, [node.module])])


def read_all(root: Path = ROOT) -> list[Source]:
    """Read every module under `root`, sorted by name."""
    paths = {
        re.sub(
            r"\.__init__$", "", ".".join([PACKAGE, *path.relative_to(root).with_suffix("").parts])
        ): path
        for path in sorted(root.rglob("*.py"))
    }
    return [
        Source(name, path.read_text(encoding="utf-8"), path.name == "__init__.py", frozenset(paths))
        for name, path in paths.items()
    ]


def docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    """Yield every text that stands alone as a statement: docstrings and attribute docs."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant(value=str()) as text):
                yield text


def dotted(node: ast.expr) -> str:
    """Write `a.b.c` for the attribute chain of that form, else an empty text."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            base = dotted(value)
            return f"{base}.{attr}" if base else ""
    return ""


def last_name(node: ast.expr) -> str:
    """Name what a call calls, without what it hangs on."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
