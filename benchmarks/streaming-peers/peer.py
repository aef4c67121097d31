"""What a good engineer would write in Python: confluent-kafka, torchvision, tiktoken; exactly-once by transactions.

peer.py SERVERS IN OUT GROUP PROCESSES COMMIT_MS

A record is the caption's length in bytes as an int, the caption, the picture. An output is the number of tokens as an
int, each token as one, a JPEG. One process per core with one thread; the offsets of what was read go into the
transaction of the outputs. Nothing is checked but that the library decodes; else the output has no picture.
"""

import struct
import sys
import time

import torch
import torchvision
from torchvision.transforms.v2 import functional

import common

SIDE = 256
QUALITY = 95


def square(file):
    """The centre square of a picture as a JPEG; empty if it cannot be decoded."""
    try:
        rgb = torchvision.io.ImageReadMode.RGB
        picture = torchvision.io.decode_image(torch.frombuffer(bytearray(file), dtype=torch.uint8), rgb)
    except RuntimeError:
        return b""
    _, height, width = picture.shape
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    small = functional.resized_crop(picture, top, left, side, side, [SIDE, SIDE], antialias=True)
    return torchvision.io.encode_jpeg(small, QUALITY).numpy().tobytes()


class Work:
    """Transactions of one process."""

    def __init__(self, number, servers, source, target, group, commit_ms):
        self.target, self.seconds, self.begun = target, commit_ms / 1000, None
        self.gpt2 = common.tokenizer()
        self.producer = common.producer(servers, f"{group}-{number}")
        self.consumer = common.consumer(servers, group)
        self.consumer.subscribe([source], on_revoke=lambda *_: self.commit())

    def run(self):
        while True:
            for message in self.consumer.consume(32, 0.1):
                if not message.error():
                    self.clean(message)
            if self.begun is not None and time.monotonic() - self.begun > self.seconds:
                self.commit()

    def clean(self, message):
        if self.begun is None:
            self.producer.begin_transaction()
            self.begun = time.monotonic()
        pair = message.value()
        end = 4 + struct.unpack_from(">i", pair)[0]
        ids = self.gpt2.encode_ordinary(pair[4:end].decode())
        output = struct.pack(f">i{len(ids)}i", len(ids), *ids) + square(pair[end:])
        self.producer.produce(self.target, output, message.key())
        self.producer.poll(0)

    def commit(self):
        if self.begun is None:
            return
        offsets = self.consumer.position(self.consumer.assignment())
        self.producer.send_offsets_to_transaction(offsets, self.consumer.consumer_group_metadata())
        self.producer.commit_transaction()
        self.begun = None


def work(number):
    torch.set_num_threads(1)
    servers, source, target, group, _, commit_ms = sys.argv[1:]
    Work(number, servers, source, target, group, int(commit_ms)).run()


if __name__ == "__main__":
    common.run(work, "fork")
