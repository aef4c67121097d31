"""The examples: a few steps each on a data set of coloured squares, and what they are made of."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from conftest import TIMEOUT_S, Dataset

torch = pytest.importorskip("torch")
pytest.importorskip("matplotlib")
pytest.importorskip("torchmetrics")

EXAMPLES = Path(__file__).parents[1] / "examples"
SOURCES = Path(__file__).parents[1] / "src"
sys.path.insert(0, str(EXAMPLES))

import evaluate
import scenes
import train_captioner
import train_flow
import train_fusion
import train_gan
import train_transformer
import training

SIDE_PX = 64


def scene(number):
    """A square in one of the colours, somewhere on white, and the caption that says so."""
    colour = scenes.COLOURS[number % len(scenes.COLOURS)]
    pixels = np.full((SIDE_PX, SIDE_PX, 3), 255, np.uint8)
    pixels[number % 32 : number % 32 + 24, 20:44] = [number * 37 % 256, number * 91 % 256, number * 53 % 256]
    ids = [100, 200 + number % len(scenes.COLOURS), 101, 102]
    return dict(
        image=pixels.tobytes(),
        width=SIDE_PX,
        height=SIDE_PX,
        caption=f"A {colour} square on a white background.",
        token_ids=ids + [0] * 4,
        token_count=len(ids),
    )


@pytest.fixture(scope="module")
def squares(broker, registry):
    """56 pairs to train on, 24 to judge by."""
    from confluent_kafka import Producer

    dataset = Dataset(broker, registry)
    dataset.create(f"{dataset.name}.validation", 1)
    producer = Producer({"bootstrap.servers": broker})
    for number in range(80):
        split = "training" if number < 56 else "validation"
        value = dataset.pair(number, **scene(number), split=split.upper())
        producer.produce(f"{dataset.name}.{split}", value, str(number).encode(), 0)
    assert producer.flush(TIMEOUT_S) == 0
    return dataset


@pytest.fixture
def options(squares, broker, registry, tmp_path):
    """Settings of every run in the test."""
    return [
        *("--broker", broker, "--registry", registry.address, "--dataset", squares.name),
        *("--view", str(tmp_path / "train.view"), "--validation-view", str(tmp_path / "validation.view")),
        *("--batch-size", "16", "--checkpoint-every", "2", "--validate-every", "3", "--torch-threads", "1"),
    ]


# Runs a script that is killed as it begins to say the next thing after a line: in the middle of its steps, whatever
# the machine is busy with.
KILLED = """
import os, runpy, signal, sys

import pairstream.kafka.cluster

pairstream.kafka.cluster._TIMEOUT_S = 120.0  # the broker stands still with the whole machine where that is busy
line, script = sys.argv[1:3]
sys.argv[:] = sys.argv[2:]
sys.path.insert(0, os.path.dirname(script))
write, said = sys.stdout.write, []

def write_or_die(text):
    if any(text.startswith(line) for text in said[:-1]):
        os.kill(os.getpid(), signal.SIGKILL)
    said.append(text)
    return write(text)

sys.stdout.write = write_or_die
runpy.run_path(script, run_name="__main__")
"""


def kill_after(line, script, arguments):
    """Runs an example as a process of its own, which is killed some steps after it has said a line."""
    # What others have compiled before.
    compiled = {name: value for name, value in os.environ.items() if name == "PYTHONPYCACHEPREFIX"}
    killed = subprocess.run(
        [sys.executable, "-u", "-c", KILLED, line, str(EXAMPLES / script), *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(SOURCES), "PATH": "", **compiled},
        timeout=1200,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert killed.stdout.splitlines()[-1] == line


@pytest.mark.parametrize(
    ("example", "line", "further"),
    [
        (train_fusion, "fusion: checkpoint at step 4", ["--steps", "12"]),
        (train_gan, "gan: checkpoint at step 4", ["--steps", "12"]),
        (train_transformer, "transformer: checkpoint at step 4", ["--steps", "12"]),
        (train_flow, "flow: checkpoint at step 4", ["--steps", "12"]),
        (train_captioner, "captioner: checkpoint at step 4", ["--steps", "12"]),
    ],
    ids=["fusion", "gan", "transformer", "flow", "captioner"],
)
def test_a_killed_run_ends_with_the_weights_of_an_unbroken_one(example, line, further, options, tmp_path, capsys):
    if example is train_transformer:
        further = [*further, "--judge-steps", "2", "--dvae-steps", "2", "--samples", "4"]
    if example is train_captioner:
        pytest.importorskip("onnxscript", reason="needs onnx and onnxscript, which export graphs")
    if example is train_flow:
        further = [*further, "--judge-steps", "2", "--sampling-steps", "2", "--samples", "4"]
    broken = [*options, *further, "--out", str(tmp_path / "broken")]
    kill_after(line, f"{example.__name__}.py", broken)

    resumed = example.main([*broken, "--resume"])
    said = capsys.readouterr().out
    unbroken = example.main([*options, *further, "--out", str(tmp_path / "unbroken")])

    assert f"{line.split(':')[0]}: goes on behind step 4" in said
    assert f"{line.split(':')[0]}: is trained already" not in said
    assert resumed["weights"] == unbroken["weights"]


def test_a_captioner_becomes_two_graphs_with_a_card(options, tmp_path):
    pytest.importorskip("onnxscript", reason="needs onnx and onnxscript, which export graphs")
    from onnx.reference import ReferenceEvaluator

    result = train_captioner.main([*options, "--out", str(tmp_path), "--steps", "40"])

    folder = tmp_path / "captioner"
    card = json.loads((folder / "captioner.yaml").read_text())
    words = json.loads((folder / card["vocabulary"]["file"]).read_text())["model"]["vocab"]
    encoder, decoder = (ReferenceEvaluator(str(folder / part["file"])) for part in (card, card["decoder"]))
    pixels = np.frombuffer(scene(0)["image"], np.uint8).reshape(1, SIDE_PX, SIDE_PX, 3).transpose(0, 3, 1, 2)
    (states,) = encoder.run(None, {"pixel_values": np.float32(pixels * card["picture"]["scale"] - 1)})
    ids = [card["decoder"]["start"]]
    while ids[-1] != card["decoder"]["end"] and len(ids) <= card["decoder"]["most-tokens"]:
        (logits,) = decoder.run(None, {"input_ids": np.array([ids]), "encoder_hidden_states": states})
        ids.append(int(logits[0, -1].argmax()))
    said = [list(words)[i] for i in ids[1:-1]]
    assert said[0] == "A" and said[2:] == ["square", "on", "a", "white", "background", "."]
    assert result["weights"] in card["source"]


def test_a_run_is_not_resumed_with_other_settings(options, tmp_path):
    run = [*options, "--out", str(tmp_path), "--steps", "2"]
    train_gan.main(run)

    with pytest.raises(SystemExit, match="gan.pt was made with seed 7, not 8: resume with the same"):
        train_gan.main([*run, "--resume", "--seed", "8"])


def test_folds_give_each_training_pair_a_score_of_a_model_that_has_not_seen_it(options, tmp_path, capsys):
    train_fusion.main([*options, "--out", str(tmp_path), "--steps", "2", "--folds", "5"])

    lines = (tmp_path / "fusion-scores-training.csv").read_text().splitlines()
    assert lines[0] == "pair_id,score"
    assert sorted(int(line.split(",")[0]) for line in lines[1:]) == list(range(56))
    assert all(0 < float(line.split(",")[1]) < 1 for line in lines[1:])
    # All begin alike; what they were trained on makes the difference.
    assert len(set(re.findall(r"fusion.*, weights (\w+)", capsys.readouterr().out))) == 6


def test_evaluation_sees_that_real_pictures_are_nearer_than_made_ones(options, tmp_path):
    run = [*options, "--out", str(tmp_path), "--steps", "2"]
    train_transformer.main([*run, "--dvae-steps", "2", "--judge-steps", "6", "--samples", "4"])
    train_gan.main(run)
    train_flow.main([*run, "--judge-steps", "6", "--sampling-steps", "2", "--samples", "4"])

    result = evaluate.main([*options, "--out", str(tmp_path), "--samples", "24"])

    assert list(result) == ["real training pictures", "codes", "transformer", "gan", "flow"]
    assert all(result["real training pictures"]["FID"] < result[made]["FID"] for made in ("gan", "flow"))
    # From 1, in float32.
    assert all(figures["IS"] >= 1 - 1e-6 for figures in result.values())


def test_a_feature_network_may_be_the_users_own(options, tmp_path):
    class Means(torch.nn.Module):
        def forward(self, images):
            means = images.mean((2, 3))
            return means, means

    torch.jit.script(Means()).save(tmp_path / "means.pt")
    network = evaluate.feature_network(type("Args", (), {"features": tmp_path / "means.pt"}))

    figures = evaluate.measured(torch.ones(8, 3, 32, 32), -torch.ones(8, 3, 32, 32), network, 16)

    assert figures["FID"] == pytest.approx(12, rel=1e-3)  # means of 1 and -1 in three channels: 3 times 2 squared


def test_labels_are_the_things_and_not_the_backdrop():
    found = scenes.labels(["A large red heart in the middle, on a white background.", "There is an orange cup in the corner"])

    assert [(scenes.COLOURS[colour], scenes.SHAPES[shape]) for colour, shape in found] == [("red", "heart"), ("orange", "cup")]


def test_a_swapped_caption_is_another_one():
    captions = ["a", "a", "b", "a", "c"]

    for shift in range(1, 5):
        assert all(captions[other] != captions[place] for place, other in enumerate(train_fusion.others(captions, shift)))


def test_the_likest_caption_differs_in_the_fewest_words():
    texts = torch.tensor([[2, 3, 4, 5], [2, 3, 6, 5], [2, 3, 4, 5], [7, 8, 4, 0]])

    assert texts[train_fusion.likest(texts, 9)].tolist() == texts[[1, 0, 1, 0]].tolist()


def test_new_words_are_unknown_and_padding_is_padding():
    vocabulary = training.Vocabulary([5, 9, 40_000], length=3)
    batch = type("Batch", (), {})()
    batch.tokens = np.array([[9, 5, 0, 0], [40_000, 7, 50_000, 5]], np.int32)
    batch.mask = np.array([[1, 1, 0, 0], [1, 1, 1, 1]], np.uint8)

    assert vocabulary.encode(batch).tolist() == [[3, 2, 0], [4, 1, 1]]


def test_no_code_is_foreseen_from_itself_or_from_later_ones():
    torch.manual_seed(1)
    model = train_transformer.TextToCodes(words=10, text_length=4, width=16, depth=2, heads=2).eval()
    texts, codes = torch.randint(1, 10, (2, 4)), torch.randint(0, 256, (2, 64))
    changed = codes.clone()
    changed[:, 20] = (changed[:, 20] + 1) % 256

    before, after = model(texts, codes)[1], model(texts, changed)[1]

    assert torch.equal(before[:, :21], after[:, :21])
    assert not torch.equal(before[:, 21:], after[:, 21:])


def test_noise_time_and_silence_of_a_picture_depend_on_its_seed_alone():
    texts = torch.full((200, 3), 5)

    noise, times, heard = train_flow.chances(list(range(200)), texts)
    alone = train_flow.chances([199], texts[:1])

    assert all(torch.equal(one[0], all[199]) for one, all in zip(alone, (noise, times, heard), strict=True))
    silent = (heard == training.Vocabulary.PADDING).all(1)
    assert 5 <= silent.sum() <= 40  # one of ten
    assert torch.equal(heard[~silent], texts[~silent])


def test_noise_arrives_where_guidance_leads():
    def model(points, times, texts):
        """Ends that are the same everywhere: 0.25 with a caption, 0 without."""
        return (texts.amax(1) > 0).float().mul(0.25)[:, None, None, None].expand_as(points)

    made = train_flow.make(model, torch.ones(2, 3, dtype=torch.int64), seed=1, steps=4, guidance=3.0)

    assert torch.allclose(made, torch.full((2, 3, 64, 64), 0.75), atol=1e-5)


def test_the_loss_is_how_far_directions_are_from_those_of_the_lines():
    images, noise, times = torch.ones(2, 3, 64, 64), torch.zeros(2, 3, 64, 64), torch.tensor([0.0, 0.5])

    loss = train_flow.loss_of(lambda points, times, texts: points, images, noise, times, None)

    assert loss.item() == pytest.approx(1.0)  # the ends said are the points, so that the directions are all 0
