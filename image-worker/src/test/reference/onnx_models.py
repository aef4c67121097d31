"""Makes the tiny ONNX models of ModelPoolTest, WordsModelTest and ModelsCommandTest.

    python onnx_models.py DIRECTORY...

Needs onnx. Opset 13, so that any ONNX Runtime of the last years reads them.
"""

import pathlib
import sys

import onnx
from onnx import TensorProto, helper

OPSET = [helper.make_opsetid("", 13)]


def model(nodes, inputs, outputs, initializers=()):
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, list(initializers))
    made = helper.make_model(graph, opset_imports=OPSET, ir_version=8)
    onnx.checker.check_model(made)
    return made.SerializeToString()


def floats(name, *shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def mean_brightness():
    """The mean of all numbers of a picture, float32 [1, 3, 16, 16]; then the mean of each channel."""
    return model(
        [
            helper.make_node("ReduceMean", ["pixels"], ["all"], axes=[1, 2, 3], keepdims=0),
            helper.make_node("ReduceMean", ["pixels"], ["each"], axes=[2, 3], keepdims=0),
            helper.make_node("Unsqueeze", ["all", "one"], ["first"]),
            helper.make_node("Concat", ["first", "each"], ["score"], axis=1),
        ],
        [floats("pixels", 1, 3, 16, 16)],
        [floats("score", 1, 4)],
        [helper.make_tensor("one", TensorProto.INT64, [1], [1])],
    )


def unknown_operator():
    """Declares what any model does, and cannot be loaded."""
    graph = helper.make_graph(
        [helper.make_node("NoSuchOperator", ["pixels"], ["score"])],
        "tiny",
        [floats("pixels", 1, 3, 16, 16)],
        [floats("score", 1)],
    )
    return helper.make_model(graph, opset_imports=OPSET, ir_version=8).SerializeToString()


def shown(layout):
    """Pixels as shown and each channel's mean, inside the graph; their mean; and what takes an input that a part lacks."""
    shape, axes = ((3, 8, 8), [2, 3]) if layout == "nchw" else ((8, 8, 3), [1, 2])
    return model(
        [
            helper.make_node("Identity", ["pixels"], ["/inside/seen"]),
            helper.make_node("ReduceMean", ["/inside/seen"], ["/inside/each"], axes=axes, keepdims=0),
            helper.make_node("ReduceMean", ["/inside/seen"], ["mean"], axes=[1, 2, 3], keepdims=0),
            helper.make_node("Add", ["mean", "extra"], ["other"]),
        ],
        [floats("pixels", "n", *shape), floats("extra", "n")],
        [floats("mean", "n"), floats("other", "n")],
    )


def words():
    """Each id and its square, float32 [n, length, 2]; and the sum of the mask."""
    return model(
        [
            helper.make_node("Cast", ["ids"], ["numbers"], to=TensorProto.FLOAT),
            helper.make_node("Mul", ["numbers", "numbers"], ["squares"]),
            helper.make_node("Unsqueeze", ["numbers", "two"], ["first"]),
            helper.make_node("Unsqueeze", ["squares", "two"], ["second"]),
            helper.make_node("Concat", ["first", "second"], ["hidden"], axis=2),
            helper.make_node("Cast", ["mask"], ["floats"], to=TensorProto.FLOAT),
            helper.make_node("ReduceSum", ["floats", "one"], ["count"], keepdims=0),
        ],
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "length"]) for name in ("ids", "mask")],
        [floats("hidden", "n", "length", 2), floats("count", "n")],
        [
            helper.make_tensor("one", TensorProto.INT64, [1], [1]),
            helper.make_tensor("two", TensorProto.INT64, [1], [2]),
        ],
    )


def text_finder():
    """How light the lightest channel of each point is: float32 [1, 3, h, w] to [1, 1, h, w], nearly 0 or 1."""
    return model(
        [
            helper.make_node("ReduceMax", ["x"], ["lightest"], axes=[1], keepdims=1),
            helper.make_node("Mul", ["lightest", "ten"], ["steep"]),
            helper.make_node("Sigmoid", ["steep"], ["map"]),
        ],
        [floats("x", 1, 3, "height", "width")],
        [floats("map", 1, 1, "height", "width")],
        [helper.make_tensor("ten", TensorProto.FLOAT, [], [10])],
    )


def text_reader():
    """The mean colour of each 8 columns, blue first, behind 0.1 for no character: float32 [1, 3, 48, w] to [1, w / 8, 4]."""
    return model(
        [
            helper.make_node("AveragePool", ["x"], ["colours"], kernel_shape=[48, 8], strides=[48, 8]),
            helper.make_node("Pad", ["colours", "pads", "tenth"], ["padded"]),
            helper.make_node("Squeeze", ["padded", "two"], ["flat"]),
            helper.make_node("Transpose", ["flat"], ["steps"], perm=[0, 2, 1]),
        ],
        [floats("x", 1, 3, 48, "width")],
        [floats("steps", 1, "steps_count", 4)],
        [
            helper.make_tensor("pads", TensorProto.INT64, [8], [0, 1, 0, 0, 0, 0, 0, 0]),
            helper.make_tensor("tenth", TensorProto.FLOAT, [], [0.1]),
            helper.make_tensor("two", TensorProto.INT64, [1], [2]),
        ],
    )


def main():
    models = {
        "mean-brightness.onnx": mean_brightness(),
        "unknown-operator.onnx": unknown_operator(),
        "shown.onnx": shown("nchw"),
        "shown-last.onnx": shown("nhwc"),
        "words.onnx": words(),
        "text-finder.onnx": text_finder(),
        "text-reader.onnx": text_reader(),
    }
    for directory in sys.argv[1:]:
        for name, content in models.items():
            (pathlib.Path(directory) / name).write_bytes(content)


if __name__ == "__main__":
    main()
