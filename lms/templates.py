"""Templates compiled once per language, with what never differs put in.

A page asks for fifty words and twenty pictures without a value. Each costs a call through Jinja's
context, and the words a look at the request's language; all are the same in every page of one
language. So `_("Sign out")` and `icon("clock")` become text when a template is compiled for a
language; words with values are translated when the page is drawn, as before.
"""

from collections.abc import Callable, MutableMapping
from types import CodeType, FunctionType
from typing import Any

from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.runtime import Context, Macro
from jinja2.utils import internalcode
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from lms import i18n

KEPT = 400
"""Templates kept for each language: more than there are."""
Fixed = dict[str, Callable[[str], str]]


class _Calls(NodeTransformer):
    """Puts the value of a call with one literal text in its place."""

    def __init__(self, fixed: Fixed) -> None:
        self.fixed = fixed

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802  # Jinja's name for it
        text = _literal(node)
        known = self.fixed.get(node.node.name) if isinstance(node.node, nodes.Name) else None
        if text is None or known is None:
            return self.generic_visit(node)
        value = known(text)
        const = nodes.Const(str(value), lineno=node.lineno)
        return nodes.MarkSafe(const, lineno=node.lineno) if isinstance(value, Markup) else const


def _literal(node: nodes.Call) -> str | None:
    """The text of a call like `f("text")`."""
    if len(node.args) != 1 or node.kwargs or node.dyn_args or node.dyn_kwargs:
        return None
    value = node.args[0].value if isinstance(node.args[0], nodes.Const) else None
    return value if isinstance(value, str) else None


class _Context(Context):
    """Calls plain functions and macros at once. Jinja looks at each callable's own `__call__` for
    what it wants to be given, which costs more than most of our functions (measured: 0085)."""

    @internalcode
    def call(self, obj: Callable[..., Any], /, *args: Any, **values: Any) -> Any:
        if type(obj) is Macro:
            args = (self.eval_ctx, *args)
        elif type(obj) is not FunctionType or hasattr(obj, "jinja_pass_arg"):
            return super().call(obj, *args, **values)
        values.pop("_block_vars", None)
        values.pop("_loop_vars", None)
        return obj(*args, **values)


class Templates(Environment):
    """Jinja's environment: for each language a view of its own, with its own compiled templates."""

    context_class = _Context
    spoken: str | None = None
    """The language of this view; None for the environment that all are views of."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fixed: Fixed = {}
        """By name the functions whose value depends on their text and the language alone."""
        self.views: dict[str, Templates] = {}

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,
    ) -> Template:
        """The template in the language of this request."""
        if self.spoken is None:
            return self._in(i18n.language()).get_template(name, parent, globals)
        return super().get_template(name, parent, globals)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """No template has globals of its own, so all share the environment's: Jinja compares their
        names at each import, slowly where they are a chain of two."""
        return super().make_globals(d) if d else self.globals

    def _in(self, language: str) -> "Templates":
        if language not in self.views:
            view: Any = self.overlay(cache_size=KEPT)
            view.spoken = language
            self.views[language] = view
        return self.views[language]

    def compile(  # type: ignore[override]
        self, source: str | nodes.Template, name: str | None = None, *args: Any, **options: Any
    ) -> CodeType | str:
        """Compile with the fixed words and pictures of this view's language."""
        if self.spoken is not None:
            tree = self.parse(source, name) if isinstance(source, str) else source
            source = _Calls(self.fixed).visit(tree)
        compiled: CodeType | str = super().compile(source, name, *args, **options)
        return compiled
