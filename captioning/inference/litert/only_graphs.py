"""A .tflite file -> the same with some of its graphs alone, to be run from memory.

LiteRT prepares all graphs of a file before it runs one: it copies the weights of each
search in the order in which they are multiplied by. A captioner's file has six
searches, and a command needs one: five take a tenth of a second and 110 MB.
"""

from collections.abc import Iterable, Sequence

_OPERATORS = 10  # where a SubGraph's table of fields says where its operators are
_LENGTH = 4  # bytes of the number before a vector: how many entries it has


def with_only(model: bytes, signatures: Sequence[str]) -> bytes:
    """Return a .tflite file whose other graphs have no operations, and so cost nothing.

    Args:
        model: the file.
        signatures: what will be run; with the graphs of their loops and branches they
            are kept.

    Raises:
        ValueError: the file does not have such a signature.
    """
    from ai_edge_litert import schema_py_generated as schema

    root = schema.Model.GetRootAsModel(model, 0)
    kept = _reachable(root, schema, _graphs_of(root, signatures))
    lengths = {}
    for number in set(range(root.SubgraphsLength())) - kept:
        if root.Subgraphs(number).OperatorsLength():
            # LiteRT takes no fast kernels at all if the first graph is empty.
            lengths[_place_of_length(root.Subgraphs(number))] = int(number == 0)
    parts, done, whole = [], 0, memoryview(model)
    for place in sorted(lengths):
        parts += [whole[done:place], lengths[place].to_bytes(_LENGTH, "little")]
        done = place + _LENGTH
    return b"".join([*parts, whole[done:]])


def _graphs_of(root, signatures: Sequence[str]) -> list[int]:
    graphs = {}
    for number in range(root.SignatureDefsLength()):
        signature = root.SignatureDefs(number)
        graphs[signature.SignatureKey().decode()] = signature.SubgraphIndex()
    for name in signatures:
        if name not in graphs:
            raise ValueError(f"there is no signature {name}")
    return [graphs[name] for name in signatures]


def _reachable(root, schema, graphs: Iterable[int]) -> set[int]:
    """Return the numbers of graphs, and of those that their loops and branches run."""
    kinds = schema.BuiltinOperator
    running = {  # operators that run other graphs, and what says which
        kinds.WHILE: (schema.WhileOptions, ("CondSubgraphIndex", "BodySubgraphIndex")),
        kinds.IF: (schema.IfOptions, ("ThenSubgraphIndex", "ElseSubgraphIndex")),
        kinds.CALL_ONCE: (schema.CallOnceOptions, ("InitSubgraphIndex",)),
    }
    codes = map(root.OperatorCodes, range(root.OperatorCodesLength()))
    kind_of = [max(code.BuiltinCode(), code.DeprecatedBuiltinCode()) for code in codes]
    found: set[int] = set()
    waiting = list(graphs)
    while waiting:
        number = waiting.pop()
        if number in found:
            continue
        found.add(number)
        graph = root.Subgraphs(number)
        for operator in map(graph.Operators, range(graph.OperatorsLength())):
            if kind_of[operator.OpcodeIndex()] not in running:
                continue
            options_of, names = running[kind_of[operator.OpcodeIndex()]]
            table, options = operator.BuiltinOptions(), options_of()
            options.Init(table.Bytes, table.Pos)
            waiting += [getattr(options, name)() for name in names]
    return found


def _place_of_length(graph) -> int:
    """Return where in the file the number of a graph's operators stands."""
    table = graph._tab
    return table.Vector(table.Offset(_OPERATORS)) - _LENGTH
