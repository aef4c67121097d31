"""Worth of models as filters: precision, recall and confusion of each at a limit, on pictures with known labels.

filters.py FOLDER CARDS WORK [--most N] [--json] -- COMMAND...

FOLDER has captions.jsonl (file, captions) and the photographs that it names. Half of what is asked are these, half are
copies with a line of text drawn on. A person is in a photograph where two of its captions or more say so. COMMAND is
`pairstream models try`. CARDS may have words.yaml, text-share.yaml, faces.yaml and open-nsfw.yaml.
"""

import argparse
import json
import pathlib
import random
import re
import subprocess

from PIL import Image, ImageDraw, ImageFont

# A card, its answer, the least value that is taken for the label, and the label.
FILTERS = [
    ("words", "text-area", 0.05, "text"),
    ("words", "text-lines", 1, "text"),
    ("text-share", "text", 0.01, "text"),
    ("faces", "faces", 1, "person"),
]
NSFW_LIMIT = 0.3
PEOPLE = re.compile(
    r"\b(m[ae]n|wom[ae]n|persons?|people|boys?|girls?|child|children|kids?|guys?|lady|ladies)\b",
    re.IGNORECASE,
)


def main():
    parser = argparse.ArgumentParser()
    for name in ("folder", "cards", "work"):
        parser.add_argument(name, type=pathlib.Path)
    parser.add_argument("--most", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    labels = prepare(options.folder, options.work, options.most)
    figures = {"filters": []}
    for card in sorted(path.stem for path in options.cards.glob("*.yaml")):
        wanted = [each for each in FILTERS if each[0] == card]
        if wanted or card == "open-nsfw":
            said = ask(options.command, options.cards / f"{card}.yaml", options.work)
            figures["filters"] += [worth(said, labels, *each) for each in wanted]
            if card == "open-nsfw":
                figures["nsfw"] = spread(
                    [
                        numbers["nsfw"]
                        for name, numbers in said.items()
                        if name.startswith("plain")
                    ]
                )
    print(json.dumps(figures) if options.json else table(figures))


def prepare(folder, work, most):
    """Writes the pictures; returns the labels of each by its name."""
    work.mkdir(parents=True, exist_ok=True)
    labels = {}
    for number, line in enumerate(
        (folder / "captions.jsonl").read_text(encoding="utf-8").splitlines()[:most]
    ):
        row = json.loads(line)
        person = sum(bool(PEOPLE.search(caption)) for caption in row["captions"]) >= 2
        picture = Image.open(folder / row["file"]).convert("RGB")
        for kind in ("plain", "text"):
            if kind == "text":
                draw_text(picture, row["captions"][0], random.Random(number))
            name = f"{kind}-{number:04}.png"
            picture.save(work / name)
            labels[name] = {"text": kind == "text", "person": person}
    return labels


def draw_text(picture, text, chance):
    font = ImageFont.load_default(chance.randrange(18, 40))
    pen = ImageDraw.Draw(picture)
    while pen.textlength(text, font=font) > picture.width - 20:
        text = text[:-1]
    top = chance.randrange(5, picture.height - 50)
    pen.text(
        (10, top), text, fill="white", font=font, stroke_width=2, stroke_fill="black"
    )


def ask(command, card, work):
    """The numbers that a model says of each picture, by its name."""
    run = subprocess.run(
        [*command, str(card), str(work), "--json"],
        check=False,
        capture_output=True,
        text=True,
    )
    answers = json.loads(run.stdout)["answers"]
    return {
        pathlib.Path(each["path"]).name: each["numbers"]
        for each in answers
        if "numbers" in each
    }


def worth(said, labels, card, answer, limit, label):
    """Confusion of a filter; where the label is not text, of the photographs as they are alone."""
    names = [
        name
        for name in said
        if name in labels and (label == "text" or name.startswith("plain"))
    ]
    count = {(is_so, found): 0 for is_so in (True, False) for found in (True, False)}
    for name in names:
        count[labels[name][label], said[name][answer] >= limit] += 1
    hits, missed, false, right = (
        count[True, True],
        count[True, False],
        count[False, True],
        count[False, False],
    )
    return {
        "card": card,
        "answer": answer,
        "limit": limit,
        "label": label,
        "hits": hits,
        "missed": missed,
        "false": false,
        "right": right,
        "precision": round(hits / max(1, hits + false), 3),
        "recall": round(hits / max(1, hits + missed), 3),
    }


def spread(values):
    values = sorted(values)
    at = {
        f"p{share}": round(values[min(len(values) - 1, len(values) * share // 100)], 4)
        for share in (50, 90, 99)
    }
    return {
        **at,
        "limit": NSFW_LIMIT,
        "above": sum(value > NSFW_LIMIT for value in values),
        "of": len(values),
    }


def table(figures):
    lines = [
        f"{'filter':28}{'label':>10}{'hits':>7}{'missed':>8}{'false':>7}{'right':>7}{'precision':>11}{'recall':>8}"
    ]
    for row in figures["filters"]:
        name = f"{row['answer']} >= {row['limit']}"
        counts = f"{row['hits']:7}{row['missed']:8}{row['false']:7}{row['right']:7}"
        lines.append(
            f"{name:28}{row['label']:>10}{counts}{row['precision']:11.2f}{row['recall']:8.2f}"
        )
    if "nsfw" in figures:
        lines.append(
            "nsfw of the photographs: "
            + ", ".join(f"{key} {value}" for key, value in figures["nsfw"].items())
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
