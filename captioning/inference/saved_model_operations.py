"""Which operations a SavedModel may have: those of our exports, and arithmetic.

A SavedModel is a program: TensorFlow has operations that read and write files, open
connections and call Python. What is checked here is all that TensorFlow can run as it
loads and asks the model: the functions that the objects of the model name, and what
these call. The functions that save and restore a model with TensorFlow 1 use files;
they are in each export, and are never run.
"""

from collections.abc import Iterator
from pathlib import Path

from google.protobuf.message import DecodeError
from tensorflow.core.framework.function_pb2 import FunctionDef
from tensorflow.core.framework.node_def_pb2 import NodeDef
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel
from tensorflow.core.protobuf.saved_object_graph_pb2 import SavedObject

from data_prep.errors import BadInput, printable

# Those of the exports of all tasks, with the encoders of all families; and what a cell
# or an encoder of one's own may compute.
ALLOWED = frozenset(
    """
    Abs AddN AddV2 All Any ArgMax ArgMin Assert AvgPool BatchDatasetV2 BatchMatMulV2
    BiasAdd BroadcastArgs BroadcastTo Cast Ceil ClipByValue ConcatV2 ConcatenateDataset
    Const Conv2D Conv2DBackpropInput Cos Cumprod Cumsum DatasetToSingleElement
    DecodeImage DecodeJpeg DecodePng DecodeRaw DenseBincount DepthwiseConv2dNative
    DivNoNan Einsum Elu EnsureShape Equal Erf Erfc Exp ExpandDims Expm1 ExtractJpegShape
    Fill Floor FloorDiv FloorMod FusedBatchNormV3 GatherNd GatherV2 Greater GreaterEqual
    HashTableV2 Identity IdentityN If IgnoreErrorsDataset InvertPermutation IsFinite
    L2Loss LeakyRelu Less LessEqual Log Log1p LogSoftmax LogicalAnd LogicalNot LogicalOr
    LookupTableFindV2 LookupTableImportV2 MatMul Max MaxPool Maximum Mean Min Minimum
    MirrorPad Mul Neg NoOp NotEqual OneHot Pack Pad PadV2 ParallelMapDatasetV2
    Placeholder Pow Prod RaggedGather RaggedRange RaggedTensorToTensor Range
    RangeDataset ReadVariableOp RealDiv Reciprocal ReduceJoin Relu Relu6 Reshape
    ResizeArea ResizeBicubic ResizeBilinear ResizeNearestNeighbor ReverseSequence
    ReverseV2 RewriteDataset RightShift Round Rsqrt ScaleAndTranslate ScatterNd SelectV2
    Selu SentencepieceDetokenizeOp SentencepieceOp SentencepieceTokenizeOp Shape Sigmoid
    Sign Sin Size Slice Softmax Softplus Softsign Split Sqrt Square SquaredDifference
    Squeeze StatefulPartitionedCall StatelessIf StatelessWhile StaticRegexFullMatch
    StaticRegexReplace StopGradient StridedSlice StringJoin StringLength StringLower
    StringSplitV2 StringStrip Sub Substr Sum Tanh TensorListConcatV2
    TensorListFromTensor TensorListGetItem TensorListReserve TensorListSetItem
    TensorListStack TensorSliceDataset Tile TopKV2 Transpose TruncateDiv TruncateMod
    Unpack UnsortedSegmentSum Where While Xdivy Xlogy ZerosLike ZipDataset
    """.split()
)
# Kinds of objects: variables, functions, tables, lists and dicts of them.
_OBJECTS = {
    *("variable", "constant", "captured_tensor", "resource"),
    *("function", "bare_concrete_function"),
}
_COLLECTIONS = {
    *("_generic_user_object", "signature_map"),
    *("trackable_list_wrapper", "trackable_dict_wrapper"),
}
# TensorFlow reads one of these instead of saved_model.pb, or beside it.
_OTHER_FORMS = ("saved_model.cpb", "saved_model.pbtxt")


def check_operations(path: Path) -> None:
    """Check a SavedModel before it is loaded.

    Args:
        path: its folder.

    Raises:
        BadInput: it can do more than compute, or is no SavedModel.
    """
    model = SavedModel()
    try:
        model.ParseFromString((path / "saved_model.pb").read_bytes())
    except (OSError, DecodeError) as error:
        raise BadInput(
            f"{path} cannot be loaded ({printable(error, 200)}); expected a whole "
            "export. Export the run again."
        ) from error
    if found := sorted(set(_faults(path, model))):
        raise BadInput(
            f"{path} is a SavedModel that can do more than caption: it has "
            f"{', '.join(printable(fault, 60) for fault in found[:3])}; expected "
            "nothing but what our exports have. Export the run again, or, if you trust "
            "who made it as you would trust their program, give --trust-model "
            "(trust_model=True)."
        )


def _faults(path: Path, model: SavedModel) -> Iterator[str]:
    """Yield what a SavedModel has that none of our exports has."""
    yield from (name for name in _OTHER_FORMS if (path / name).exists())
    for file in (path / "variables").glob("*"):
        if not file.is_file():
            yield f"variables/{file.name}, which is no file"
    # Else TensorFlow takes it for one of its version 1, and runs all of its graph.
    if len(model.meta_graphs) != 1 or not model.meta_graphs[0].object_graph_def.nodes:
        yield "another form of graph"
        return
    (graph,) = model.meta_graphs
    if graph.asset_file_def:
        yield "files beside the graph"
    run = set()
    for node in graph.object_graph_def.nodes:
        kind = node.WhichOneof("kind")
        name = node.user_object.identifier if kind == "user_object" else kind
        if name not in (_COLLECTIONS if kind == "user_object" else _OBJECTS):
            yield f"the object {name}"
        run |= set(_functions_of(node))
    library = {each.signature.name: each for each in graph.graph_def.library.function}
    for node in _nodes(run, library):
        if node.op not in ALLOWED and node.op not in library:
            yield f"the operation {node.op}"


def _functions_of(node: SavedObject) -> Iterator[str]:
    """Yield the names of the functions that an object can run."""
    yield from node.function.concrete_functions
    yield node.bare_concrete_function.concrete_function_name


def _nodes(first: set[str], library: dict[str, FunctionDef]) -> Iterator[NodeDef]:
    """Yield the nodes of functions, and of all that they call."""
    names, seen = list(first & library.keys()), set()
    while names:
        if (name := names.pop()) in seen:
            continue
        seen.add(name)
        for node in library[name].node_def:
            yield node
            names += library.keys() & {node.op, *_functions_named(node)}


def _functions_named(node: NodeDef) -> Iterator[str]:
    """Yield the functions that the attributes of a node name: of a loop, of a map."""
    for value in node.attr.values():
        yield value.func.name
        yield from (each.name for each in value.list.func)
