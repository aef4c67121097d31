"""Makes the tiny ONNX models of ModelPoolTest, WordsModelTest, CaptionModelTest and ModelsCommandTest, the captioner of
GeneratedCaptionsTest, and the workers' own model.

    python onnx_models.py DIRECTORY...

Needs onnx. Opset 13, so that any ONNX Runtime of the last years reads them.
"""

import json
import pathlib
import random
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


def self_test():
    """Gives what it is given: the model that each process loads first."""
    return model([helper.make_node("Identity", ["x"], ["y"])], [floats("x", 1)], [floats("y", 1)])


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


def caption_encoder():
    """Root of each channel's mean less 0.02, of the upper and the lower half: float32 [n, 3, 8, 8] to [n, 2, 3]; NaN of black."""
    return model(
        [
            helper.make_node("AveragePool", ["pixel_values"], ["halves"], kernel_shape=[4, 8], strides=[4, 8]),
            helper.make_node("Squeeze", ["halves", "three"], ["flat"]),
            helper.make_node("Transpose", ["flat"], ["places"], perm=[0, 2, 1]),
            helper.make_node("Sub", ["places", "little"], ["less"]),
            helper.make_node("Sqrt", ["less"], ["last_hidden_state"]),
        ],
        [floats("pixel_values", "n", 3, 8, 8)],
        [floats("last_hidden_state", "n", 2, 3)],
        [
            helper.make_tensor("three", TensorProto.INT64, [1], [3]),
            helper.make_tensor("little", TensorProto.FLOAT, [], [0.02]),
        ],
    )


def caption_decoder(masked):
    """Logits of what the picture's places, the id before and all ids before speak for; id 19 is never likely."""
    chance = random.Random(5)
    ids, size = 20, 3

    def table(name, rows, width):
        numbers = [[chance.gauss(0, width) for _ in range(ids - 1)] + [-50.0 if name == "next" else 0.0] for _ in range(rows)]
        return helper.make_tensor(name, TensorProto.FLOAT, [rows, ids], sum(numbers, []))

    weights = [table("next", ids, 1.2), table("ever", ids, 0.4), table("seen", size, 1.5)]
    # Mean over the places that the mask has.
    places = [
        helper.make_node("Cast", ["encoder_attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["column"]),
        helper.make_node("Mul", ["encoder_hidden_states", "column"], ["kept"]),
        helper.make_node("ReduceMean", ["kept"], ["picture"], axes=[1], keepdims=1),
    ]
    whole = [helper.make_node("ReduceMean", ["encoder_hidden_states"], ["picture"], axes=[1], keepdims=1)]
    inputs = [
        helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["n", "length"]),
        floats("encoder_hidden_states", "n", "places", size),
    ]
    if masked:
        inputs.append(helper.make_tensor_value_info("encoder_attention_mask", TensorProto.INT64, ["n", "places"]))
    return model(
        (places if masked else whole)
        + [
            helper.make_node("MatMul", ["picture", "seen"], ["of_picture"]),
            helper.make_node("Gather", ["next", "input_ids"], ["of_last"]),
            helper.make_node("Gather", ["ever", "input_ids"], ["each"]),
            helper.make_node("CumSum", ["each", "one"], ["of_all"]),
            helper.make_node("Add", ["of_last", "of_all"], ["of_text"]),
            helper.make_node("Add", ["of_text", "of_picture"], ["logits"]),
        ],
        inputs,
        [floats("logits", "n", "length", ids)],
        weights
        + [helper.make_tensor("one", TensorProto.INT64, [], [1])]
        + ([helper.make_tensor("last", TensorProto.INT64, [1], [2])] if masked else []),
    )


COLOURS = {
    "red": (0xD6, 0x28, 0x28), "yellow": (0xFA, 0xD4, 0x28), "green": (0x2E, 0x96, 0x3C), "blue": (0x28, 0x5A, 0xD6),
    "pink": (0xFA, 0x8C, 0xB4), "black": (0x19, 0x19, 0x19), "white": (0xFA, 0xFA, 0xFA),
}
SENTENCE = ["The", "ground", "is", None, "and", "whatever", "lies", "upon", "it", "is", None, "."]
COLOUR_WORDS = ["[CLS]", "[SEP]"] + list(dict.fromkeys(word for word in SENTENCE if word)) + list(COLOURS)


def colours_tokenizer():
    special = [{"id": i, "content": COLOUR_WORDS[i], "special": True, "normalized": False} for i in (0, 1)]
    vocab = {word: i for i, word in enumerate(COLOUR_WORDS)}
    return json.dumps({
        "added_tokens": special,
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[SEP]", "vocab": vocab},
    }, indent=1).encode() + b"\n"


def colours_encoder():
    """The colours, 0 to 1, of a point near the corner and of the middle: float32 [1, 3, 16, 16] to [1, 2, 3]."""

    def number(name, *numbers):
        return helper.make_tensor(name, TensorProto.INT64, [len(numbers)], numbers)

    return model(
        [
            helper.make_node("Slice", ["pixel_values", "one", "two", "sides"], ["corner"]),
            helper.make_node("Slice", ["pixel_values", "eight", "nine", "sides"], ["middle"]),
            helper.make_node("Concat", ["corner", "middle"], ["points"], axis=3),
            helper.make_node("Squeeze", ["points", "side"], ["flat"]),
            helper.make_node("Transpose", ["flat"], ["last_hidden_state"], perm=[0, 2, 1]),
        ],
        [floats("pixel_values", 1, 3, 16, 16)],
        [floats("last_hidden_state", 1, 2, 3)],
        [number("one", 1, 1), number("two", 2, 2), number("eight", 8, 8), number("nine", 9, 9), number("sides", 2, 3), number("side", 2)],
    )


def colours_decoder():
    """Says the words of SENTENCE in their order, with the colour that is nearest at None: that of the ground, then the thing's."""
    ids = len(COLOUR_WORDS)
    said = SENTENCE + ["[SEP]"]
    words = [[0.0 if word is None or COLOUR_WORDS[i] == word else -99.0 for i in range(ids)] for word in said]
    points = [[0.0, 0.0] for _ in said]
    for which, place in enumerate(i for i, word in enumerate(said) if word is None):
        points[place][which] = 1.0
    # The nearest colour c of x has the largest 2 x c - c c.
    shades = [[c / 255 for c in COLOURS[word]] if word in COLOURS else None for word in COLOUR_WORDS]
    times = [[2 * shade[c] if shade else 0.0 for shade in shades] for c in range(3)]
    less = [-sum(c * c for c in shade) if shade else -99.0 for shade in shades]

    def table(name, rows):
        return helper.make_tensor(name, TensorProto.FLOAT, [len(rows), len(rows[0])], sum(rows, []))

    return model(
        [
            helper.make_node("MatMul", ["encoder_hidden_states", "times"], ["like"]),
            helper.make_node("Add", ["like", "less"], ["nearest"]),
            helper.make_node("Mul", ["input_ids", "zero"], ["zeros"]),
            helper.make_node("Add", ["zeros", "one"], ["ones"]),
            helper.make_node("CumSum", ["ones", "along"], ["count"]),
            helper.make_node("Sub", ["count", "one"], ["place"]),
            helper.make_node("Gather", ["points", "place"], ["point"]),
            helper.make_node("MatMul", ["point", "nearest"], ["colour"]),
            helper.make_node("Gather", ["words", "place"], ["word"]),
            helper.make_node("Add", ["word", "colour"], ["logits"]),
        ],
        [
            helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["n", "length"]),
            floats("encoder_hidden_states", "n", 2, 3),
        ],
        [floats("logits", "n", "length", ids)],
        [
            table("times", times), table("less", [less]), table("words", words), table("points", points),
            helper.make_tensor("zero", TensorProto.INT64, [], [0]),
            helper.make_tensor("one", TensorProto.INT64, [], [1]),
            helper.make_tensor("along", TensorProto.INT64, [], [1]),
        ],
    )


def main():
    models = {
        "mean-brightness.onnx": mean_brightness(),
        "self-test.onnx": self_test(),
        "unknown-operator.onnx": unknown_operator(),
        "shown.onnx": shown("nchw"),
        "shown-last.onnx": shown("nhwc"),
        "words.onnx": words(),
        "text-finder.onnx": text_finder(),
        "text-reader.onnx": text_reader(),
        "colours-encoder.onnx": colours_encoder(),
        "colours-decoder.onnx": colours_decoder(),
        "colours-tokenizer.json": colours_tokenizer(),
        "caption-encoder.onnx": caption_encoder(),
        "caption-decoder.onnx": caption_decoder(False),
        "caption-decoder-masked.onnx": caption_decoder(True),
    }
    for directory in sys.argv[1:]:
        for name, content in models.items():
            (pathlib.Path(directory) / name).write_bytes(content)


if __name__ == "__main__":
    main()
