"""What the Python consumers have in common: clients of Kafka, GPT-2's tokenizer, a process per core."""

import base64
import gzip
import multiprocessing
import multiprocessing.connection
import pathlib
import sys

import confluent_kafka
import tiktoken

RESOURCES = pathlib.Path(__file__).resolve().parents[2] / "cleaning/src/main/resources/io/pairstream/cleaning"
WORDS = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LARGEST = 9 << 20  # bytes of a record


def tokenizer():
    """GPT-2's. tiktoken has only code; the ranks, which it would download, are ours."""
    lines = gzip.decompress((RESOURCES / "tokens/r50k_base.tiktoken.gz").read_bytes()).splitlines()
    ranks = {base64.b64decode(token): int(rank) for token, rank in map(bytes.split, lines)}
    return tiktoken.Encoding("gpt2", pat_str=WORDS, mergeable_ranks=ranks, special_tokens={"<|endoftext|>": 50256})


def producer(servers, name):
    """A producer whose transactions have a name; those that an earlier one left open are aborted."""
    made = confluent_kafka.Producer(
        {
            "bootstrap.servers": servers,
            "transactional.id": name,
            "transaction.timeout.ms": 900_000,
            "linger.ms": 20,
            "batch.size": 1 << 20,
            "message.max.bytes": LARGEST,
        }
    )
    made.init_transactions()
    return made


def consumer(servers, group, **more):
    settings = {
        "bootstrap.servers": servers,
        "group.id": group,
        "enable.auto.commit": False,
        "isolation.level": "read_committed",
        "auto.offset.reset": "earliest",
        # It stands still for minutes while it is others' turn.
        "session.timeout.ms": 1_200_000,
        "max.poll.interval.ms": 1_800_000,
        "fetch.message.max.bytes": LARGEST,
    }
    return confluent_kafka.Consumer(settings | more)


def run(work, method):
    """Calls `work` with its number in each process, until one of them has ended; `method` starts them."""
    context = multiprocessing.get_context(method)
    children = [context.Process(target=work, args=(number,), daemon=True) for number in range(int(sys.argv[5]))]
    for child in children:
        child.start()
    multiprocessing.connection.wait([child.sentinel for child in children])
    sys.exit("a process has ended")
