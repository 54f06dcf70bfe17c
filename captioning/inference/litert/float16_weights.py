"""A .tflite file in float32 -> the same with its weights in float16.

TensorFlow's converter rounds every constant: the exponent 0.6 of a length penalty to
0.6001, the factor 22.627 of an embedding to 22.625. Then some searches end otherwise
than by the model that was converted. Here only arrays are rounded; they are most of the
bytes. An array with numbers beyond the range of float16, as the mask of a search, stays
too: cut to 65,504 its impossible captions would be worth comparing. What a graph
computes stays in float32.
"""

import copy

import numpy as np

from captioning.inference.litert.metadata import packed, tree_of

_SMALLEST = 16  # elements of an array that is rounded; less is not worth an operation
_LARGEST = np.finfo(np.float16).max
_FLOAT16_VERSION = 3  # of the operation DEQUANTIZE, since which it takes float16


def with_float16_weights(model: bytes) -> bytes:
    """Return a .tflite file whose large constants in float32 are in float16, with an
    operation before each that makes them float32 again."""
    from ai_edge_litert import schema_py_generated as schema

    tree = tree_of(model)
    float32, float16 = schema.TensorType.FLOAT32, schema.TensorType.FLOAT16
    code = schema.OperatorCodeT()
    code.builtinCode = schema.BuiltinOperator.DEQUANTIZE
    code.deprecatedBuiltinCode = schema.BuiltinOperator.DEQUANTIZE
    code.version = _FLOAT16_VERSION
    tree.operatorCodes.append(code)
    is_lookup = [
        schema.BuiltinOperator.GATHER in (each.builtinCode, each.deprecatedBuiltinCode)
        for each in tree.operatorCodes
    ]
    # Tensors share buffers, also with integers of the same bytes.
    halves: dict[int, int] = {}
    for graph in tree.subgraphs:
        casts = []
        for index, tensor in enumerate(list(graph.tensors)):
            buffer = tree.buffers[tensor.buffer]
            if tensor.type != float32 or tensor.isVariable or buffer.data is None:
                continue
            if index in graph.outputs:  # XNNPACK would leave it unwritten
                continue
            values = np.asarray(buffer.data).view(np.float32)
            if len(values) < _SMALLEST or np.abs(values).max() > _LARGEST:
                continue
            if tensor.buffer not in halves:
                half = schema.BufferT()
                half.data = values.astype(np.float16).view(np.uint8)
                halves[tensor.buffer] = len(tree.buffers)
                tree.buffers.append(half)
            constant = copy.copy(tensor)
            constant.type, constant.buffer = float16, halves[tensor.buffer]
            graph.tensors.append(constant)
            tensor.buffer = 0  # that of tensors without data
            source = len(graph.tensors) - 1
            lookups = _for_lookups(graph, index, is_lookup)
            for result in [index] if lookups is None else [index, lookups]:
                cast = schema.OperatorT()
                cast.opcodeIndex = len(tree.operatorCodes) - 1
                cast.inputs, cast.outputs = [source], [result]
                casts.append(cast)
        graph.operators = [*casts, *graph.operators]
    used = {tensor.buffer for graph in tree.subgraphs for tensor in graph.tensors}
    used |= {entry.buffer for entry in tree.metadata or []}
    for index, buffer in enumerate(tree.buffers):
        if index not in used:
            buffer.data = None
    return packed(tree)


def _for_lookups(graph, index: int, is_lookup: list[bool]) -> int | None:
    """Give the lookups of a constant that is also multiplied by a tensor of their own,
    and return its index; None if there are not both.

    XNNPACK multiplies by weights in float16 as they are, if all that reads them is a
    product. Else LiteRT's own product by the float32 tensor is taken, which is written
    for SSE: with AVX-512 a search took twice as long. So a table of embeddings that is
    the read-out too (`models.decoder`) is cast once for each.
    """
    readers = [each for each in graph.operators if index in each.inputs]
    lookups = [each for each in readers if is_lookup[each.opcodeIndex]]
    if not 0 < len(lookups) < len(readers):
        return None
    graph.tensors.append(copy.copy(graph.tensors[index]))
    result = len(graph.tensors) - 1
    for each in lookups:
        each.inputs = [result if tensor == index else tensor for tensor in each.inputs]
    return result
