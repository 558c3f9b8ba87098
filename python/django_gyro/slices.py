"""Slices of QuerySets in no order: what several jobs make of one may be other rows each time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def unordered_slices(queryset: Any) -> set[str]:
    """What tells the slices in no order that a QuerySet is or holds from others."""
    found = set()
    for query in _queries(queryset, set()):
        if (query.low_mark or query.high_mark is not None) and not _ordered(query):
            found.add(_signature(query))
    return found


def _ordered(query: Any) -> bool:
    return bool(query.order_by or query.extra_order_by or (query.default_ordering and query.get_meta().ordering))


def _queries(node: Any, seen: set[int]) -> Iterator[Any]:
    """The query of a QuerySet and those within it."""
    from django.db.models.sql import Query

    node = getattr(node, "query", node)
    if node is None or isinstance(node, (str, bytes, int, float)) or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, Query):
        yield node
        yield from _queries(node.where, seen)
        for part in (*node.combined_queries, *node.annotations.values()):
            yield from _queries(part, seen)
    elif hasattr(node, "children"):
        for child in node.children:
            yield from _queries(child, seen)
    elif hasattr(node, "get_source_expressions"):
        for expression in node.get_source_expressions():
            yield from _queries(expression, seen)
    for side in ("lhs", "rhs"):
        yield from _queries(getattr(node, side, None), seen)


def _signature(query: Any) -> str:
    """What a query is, whatever columns it selects; it is compared and never shown."""
    return repr((query.model, query.low_mark, query.high_mark, _tree(query.where)))


def _tree(node: Any) -> Any:
    """A tree of conditions as plain values."""
    if hasattr(node, "children"):
        return (node.connector, node.negated, [_tree(child) for child in node.children])
    if hasattr(node, "rhs"):
        right = getattr(node.rhs, "query", node.rhs)
        right = _signature(right) if hasattr(right, "alias_map") else right
        return (type(node).__name__, str(getattr(getattr(node.lhs, "target", None), "name", node.lhs)), right)
    return (getattr(node, "sqls", None), getattr(node, "params", None)) if hasattr(node, "sqls") else id(node)
