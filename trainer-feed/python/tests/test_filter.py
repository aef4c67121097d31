"""The example that trains a filter on vectors of frozen models: of coloured squares, by toy models."""

import hashlib
import sys
from pathlib import Path

import numpy as np
import pytest

from conftest import Dataset

torch = pytest.importorskip("torch")
onnx = pytest.importorskip("onnx")
pytest.importorskip("matplotlib")
sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))

import filter_model
import train_filter
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

WORDS = 40
SIDE_PX = 8
random = np.random.default_rng(3)
SEES = random.normal(size=(3, 16)).astype(np.float32)
MEANINGS = random.normal(size=(WORDS, 12)).astype(np.float32)


def thing(number):
    """A colour, float32 [3] from 0 to 1, and the ids of a caption that says which of 20 it is."""
    kind = number % 20
    colour = np.random.default_rng(kind).random(3) * 0.9 + np.random.default_rng(1000 + number).random(3) * 0.1
    return (colour * 255).round().astype(np.uint8), np.array([kind, 20 + number % 7, 30 + number % 5])


def caption_of(number):
    """Whose caption a pair has: its own, or in training for every fifth that of another one."""
    return int(np.random.default_rng(number).integers(1000)) if number % 5 == 0 and number < 160 else number


def unit(vector):
    return vector / np.linalg.norm(vector)


def seen(colour):
    return unit(np.tanh(colour / np.float32(255) @ SEES))


def heard(ids):
    return unit(MEANINGS[ids].mean(0))


def toy_models(folder):
    """Cards of a model that sees the mean colour, and one that hears the mean of its ids' vectors."""
    nodes = [
        helper.make_node("ReduceMean", ["pixels"], ["mean"], axes=[2, 3], keepdims=0),
        helper.make_node("MatMul", ["mean", "weights"], ["product"]),
        helper.make_node("Tanh", ["product"], ["seen"]),
        helper.make_node("Neg", ["seen"], ["unused"]),
    ]
    save(folder / "see.onnx", nodes, ("pixels", TensorProto.FLOAT, ["n", 3, "h", "w"]), "unused", SEES, opset=14)
    save(folder / "hear.onnx", [helper.make_node("Gather", ["weights", "ids"], ["states"])],
         ("ids", TensorProto.INT64, ["n", "length"]), "states", MEANINGS, opset=11)  # fmt: skip
    (folder / "words.json").write_text("{}")
    common = "kind: onnx\nlicence: CC0\nsource: a test\n"
    (folder / "see.yaml").write_text(
        f"# What it sees.\nname: see\n{common}file: see.onnx  # beside\npicture:\n  tensor: pixels\n  side-px: {SIDE_PX}\n"
        "  scale: 0.00392156862745098\noutputs:\n  colour:\n    tensor: seen\n    as: vector\n    length: one\n"
    )
    (folder / "hear.yaml").write_text(
        f"name: hear\n{common}file: hear.onnx\ncaption:\n  tokenizer: hf\n  file: words.json\n  fill: none\n  ids: ids\n"
        "outputs:\n  said:\n    tensor: states\n    as: vector\n    pool: mean\n    length: one\n"
    )
    return folder / "see.yaml", folder / "hear.yaml"


def save(file, nodes, given, result, weights, opset):
    graph = helper.make_graph(
        nodes, "toy", [helper.make_tensor_value_info(*given)],
        [helper.make_tensor_value_info(result, TensorProto.FLOAT, None)], [numpy_helper.from_array(weights, "weights")],
    )  # fmt: skip
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=7), file)


@pytest.fixture
def things(broker, registry):
    """160 pairs to train on, of which each fifth has a wrong caption, and 60 to judge by, all with vectors of both models."""
    dataset = Dataset(broker, registry)
    dataset.create(f"{dataset.name}.validation", 1)
    dataset.create_answers()
    with dataset.sending() as send:
        for number in range(220):
            split = "training" if number < 160 else "validation"
            colour, ids = thing(number)[0], thing(caption_of(number))[1]
            pixels = np.broadcast_to(colour, (SIDE_PX, SIDE_PX, 3))
            value = dataset.pair(number, image=pixels.tobytes(), width=SIDE_PX, height=SIDE_PX, split=split.upper())
            send(f"{dataset.name}.{split}", str(number), value)
            for card, name, vector in (("see", "colour", seen(colour)), ("hear", "said", heard(ids))):
                dataset.answer(number, card, hashlib.sha256(card.encode()).hexdigest(), send=send,
                               shown=f"{card}{number}", vectors={name: vector.astype("<f2").tobytes()})  # fmt: skip
    return dataset


def test_a_filter_is_trained_from_the_stream_and_becomes_one_model_of_picture_and_caption(things, broker, registry, tmp_path):
    see, hear = toy_models(tmp_path)
    out = tmp_path / "runs"

    result = train_filter.main([
        *("--broker", broker, "--registry", registry.address, "--dataset", things.name),
        *("--view", str(tmp_path / "train.view"), "--validation-view", str(tmp_path / "validation.view")),
        *("--batch-size", "32", "--side-px", str(SIDE_PX), "--steps", "40", "--validate-every", "20", "--torch-threads", "1"),
        *("--out", str(out), "--pictures", str(see), "--captions", str(hear)),
    ])  # fmt: skip

    assert max(result["linear"]["auc"], result["trained"]["auc"]) > 0.9
    card = filter_model.Card.read(out / "filter.yaml").keys
    model = (out / card["file"]).read_bytes()
    assert card["sha256"] == hashlib.sha256(model).hexdigest() and card["batch"] == "1"
    assert "checkpoint filter.pt" in card["source"] and "run runs" in card["source"] and "view " in card["source"]
    assert card["picture"] == {"tensor": "picture/pixels", "side-px": "8", "scale": "0.00392156862745098"}
    assert card["caption"]["ids"] == "caption/ids" and (out / card["caption"]["file"]).exists()
    assert card["outputs"] == {"fits": {"tensor": "fits", "as": "number"}}
    graph, trained = ReferenceEvaluator(onnx.load_from_string(model)), torch.load(out / "filter.pt", weights_only=True)
    assert trained["step"] == 40
    fits = [[asked(graph, thing(number)[0], thing(other)[1]) for other in range(160, 180)] for number in range(160, 180)]
    own, others = np.diag(fits), np.array(fits)[~np.eye(20, dtype=bool)]
    assert np.mean(own[:, None] > others) > 0.8

    # As score asks it, and a view is cut by its answers.
    fits = {number: asked(graph, thing(number)[0], thing(caption_of(number))[1]) for number in range(160)}
    with things.sending() as send:
        for number, score in fits.items():
            things.answer(number, "filter", card["sha256"], send=send, shown=f"filter{number}", numbers={"fits": score})
    source = things.source()
    view = source.cut(f"answer.fits>={np.quantile(list(fits.values()), 0.25)}")
    wrong = {number for number in range(160) if number % 5 == 0}
    assert view.samples == 120 and len(wrong & {int(sample.pair_id) for sample in source.samples(view)}) < len(wrong) / 2


def asked(graph, colour, ids):
    """What the exported model says of a picture of a colour and a caption's ids."""
    pixels = np.broadcast_to((colour / np.float32(255))[:, None, None], (1, 3, SIDE_PX, SIDE_PX)).astype(np.float32)
    return graph.run(None, {"picture/pixels": pixels, "caption/ids": ids[None].astype(np.int64)})[0].item()


def test_the_graph_says_what_the_heads_say(tmp_path):
    torch.manual_seed(1)
    cards = [filter_model.Card.read(path) for path in toy_models(tmp_path)]
    things = [thing(number) for number in range(40)]
    pictures, captions = (torch.from_numpy(np.float32(all)) for all in
                          ([seen(colour) for colour, _ in things], [heard(ids) for _, ids in things]))  # fmt: skip
    model = filter_model.Filter(pictures, captions, width=8, hidden=6)
    both = torch.cat([pictures, captions], 1).double()
    model.fit(both.mean(0), torch.cov(both.T, correction=0), 0.1)
    torch.nn.init.normal_(model.picture.out.weight)

    filter_model.write_model(tmp_path, cards, model.eval(), "a test")

    graph = ReferenceEvaluator(str(tmp_path / "filter.onnx"))
    found = [asked(graph, colour, ids) for colour, ids in things]
    np.testing.assert_allclose(found, model(pictures, captions).detach().numpy(), atol=1e-5)


def test_other_captions_of_a_picture_are_no_wrong_ones():
    torch.manual_seed(1)
    model = filter_model.Filter(torch.randn(4, 5), torch.randn(4, 6)).eval()
    pictures, captions = torch.randn(1, 5).expand(4, 5), torch.randn(4, 6)

    assert model.contrast(pictures, captions, ["a"] * 4).item() == pytest.approx(0, abs=1e-6)
    assert model.contrast(pictures, captions, list("abcd")).item() > 0.5
