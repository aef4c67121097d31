"""A Python consumer that checks what our default recipe checks, made of public libraries.

same_work.py SERVERS IN OUT GROUP PROCESSES COMMIT_MS

Called as peer.py is, with STATE_FOLDER in the environment for its stores. A process per core reads, cleans captions,
looks for copies and writes in Kafka's transactions; each has a decoder process. Training pairs go to OUT, others to
OUT-validation, OUT-test and OUT-quarantine; each record makes one of these, and a receipt. IN-takedowns is followed:
its keys are digests of pictures. An error ends the program; what was not committed is done again by the next one.
"""

import contextlib
import hashlib
import itertools
import json
import multiprocessing
import os
import pathlib
import re
import struct
import subprocess
import sys
import time

from confluent_kafka import OFFSET_BEGINNING, KafkaException, TopicPartition, admin

import captions
import common
import records
import stores
from reasons import Rejected

DECODER = pathlib.Path(__file__).with_name("pictures.py")
DECODE_SECONDS = 20
AHEAD = 2  # pictures that a decoder has at once
BATCH = 32  # records
VALIDATION, TEST, FOLDS = 0.02, 0.02, 5
SIDE = 256
DIGEST = re.compile(rb"[0-9a-f]{64}")


class Decoder:
    """A process that decodes. A picture that kills it, or takes too long, is refused, and another is started."""

    def __init__(self):
        self.start()

    def start(self):
        self.pipe, theirs = multiprocessing.Pipe()
        command = [sys.executable, str(DECODER), str(theirs.fileno())]
        self.process = subprocess.Popen(command, pass_fds=[theirs.fileno()], env={"OPENBLAS_NUM_THREADS": "1"})
        theirs.close()

    def answers(self, files, meanwhile):
        """Answers in the order of files; calls `meanwhile` with a file's number while the decoder has it."""
        answers, sent, begun = [], 0, 0
        while len(answers) < len(files):
            for file in files[sent : len(answers) + AHEAD]:
                with contextlib.suppress(BrokenPipeError):  # it has died: answers that it gave before are read first
                    self.pipe.send_bytes(file)
            sent = min(len(files), len(answers) + AHEAD)
            for number in range(begun, sent):
                meanwhile(number)
            begun = max(begun, sent)
            try:
                answers.append(self.answer())
            except (EOFError, OSError) as e:
                self.process.kill()
                self.process.wait()
                self.start()
                answers.append(Rejected("DECODE_TIMEOUT" if isinstance(e, TimeoutError) else "DECODER_CRASH"))
                sent = len(answers)  # the next one is sent again
        return answers

    def answer(self):
        """The next answer: a refusal, or what is known of the picture and its JPEG."""
        if not self.pipe.poll(DECODE_SECONDS):
            raise TimeoutError
        about = json.loads(self.pipe.recv_bytes())
        return Rejected(*about["rejected"]) if "rejected" in about else (about, self.pipe.recv_bytes())


class Pair:
    """A raw record with its names; what cleaning made of it, or its refusal."""

    def __init__(self, message):
        self.message, value = message, message.value() or b""
        self.place = f"{message.partition()}:{message.offset()}"
        self.time = message.timestamp()[1]
        self.rejected = self.text = self.picture = None
        end = 4 + struct.unpack_from(">i", value)[0] if len(value) > 4 else 0
        if not 4 <= end <= len(value):
            self.rejected, end = Rejected("UNREADABLE_RECORD"), 4
        self.caption, self.image = value[4:end], value[end:]
        self.digest = hashlib.sha256(self.image).hexdigest()
        self.id = self.id_with(self.caption)
        origin = {"topic": message.topic(), "partition": message.partition(), "offset": message.offset()}
        self.names = {"pair_id": self.id, "image_digest": self.digest, "origin": origin}

    def id_with(self, caption):
        """Our pair id, of the picture under a caption."""
        return hashlib.sha256(self.digest.encode() + b"\0" + caption).hexdigest()[:32]


def assigned(group):
    """Split and fold of a group of near copies, as ours has them."""

    def point(label):
        return int.from_bytes(hashlib.sha256(f"{label}:0:{group}".encode()).digest()[:8], "big") / 2**64

    at = point("split")
    split = "VALIDATION" if at < VALIDATION else "TEST" if at < VALIDATION + TEST else "TRAINING"
    return {"split": split, "fold": int(point("fold") * FOLDS)}


class Work:
    """Transactions of one process."""

    def __init__(self, number, servers, source, target, group, commit_ms):
        self.target, self.seconds, self.begun = target, commit_ms / 1000, None
        self.captions, self.decoder = captions.Captions(), Decoder()
        self.stores = stores.Stores(os.environ["STATE_FOLDER"])
        self.read, self.done = [], {}
        self.producer = common.producer(servers, f"{group}-{number}")
        # A process that is started again takes the place of the killed one at once.
        self.consumer = common.consumer(servers, group, **{"group.instance.id": f"{group}-{number}"})
        self.consumer.subscribe([source], on_revoke=lambda *_: self.revoked())
        # Each process follows all takedowns from the first on: its tombstones come after its own records.
        self.takedowns = common.consumer(servers, f"{group}-takedowns")
        self.takedowns.assign([TopicPartition(source + "-takedowns", 0, OFFSET_BEGINNING)])

    def run(self):
        parent = os.getppid()
        while os.getppid() == parent:
            takedowns = [each.key() or b"" for each in self.takedowns.consume(BATCH, 0) if not each.error()]
            digests = [key.decode() for key in takedowns if DIGEST.fullmatch(key)]
            messages = self.messages()
            if self.begun is None and (digests or messages):
                self.producer.begin_transaction()
                self.begun = time.monotonic()
            self.withdraw(digests)
            self.clean(messages)
            if self.begun is not None and time.monotonic() - self.begun > self.seconds:
                self.commit()

    def messages(self):
        """Further records, read one by one: where partitions are taken away, those that are not done yet are dropped."""
        message = self.consumer.poll(0.1)
        while message is not None:
            if not message.error():
                self.read.append(message)
            elif message.error().fatal():
                raise KafkaException(message.error())
            message = self.consumer.poll(0) if len(self.read) < BATCH else None
        read, self.read = self.read, []
        return read

    def revoked(self):
        self.commit()
        self.read.clear()
        self.done.clear()

    def clean(self, messages):
        pairs = [Pair(message) for message in messages]
        with self.stores.access() as stored:
            for pair in pairs:
                self.look_up(stored, pair)
        fresh = [pair for pair in pairs if pair.rejected is None]
        answers = self.decoder.answers([pair.image for pair in fresh], lambda number: self.clean_caption(fresh[number]))
        for pair, pair.picture in zip(fresh, answers, strict=True):
            if isinstance(pair.picture, Rejected):
                pair.rejected = pair.picture
        with self.stores.access(write=True) as stored:
            for pair in pairs:
                self.decide(stored, pair)
        self.producer.poll(0)

    def clean_caption(self, pair):
        try:
            pair.text = self.captions.prepared(pair.caption)
        except Rejected as e:
            pair.rejected = e

    @staticmethod
    def look_up(stored, pair, *names):
        """Refuses a pair whose picture is withdrawn, or that another record has brought already."""
        if pair.rejected is None and stored.is_withdrawn(pair.digest):
            pair.rejected = Rejected("WITHDRAWN")
        elif pair.rejected is None and any(stored.is_others(name, pair.place) for name in (pair.id, *names)):
            pair.rejected = Rejected("DUPLICATE_PAIR")

    def decide(self, stored, pair):
        """Writes the pair to its one output. A name that this batch or another process took meanwhile counts."""
        sample = "" if pair.rejected else pair.id_with(pair.text[0]["caption"].encode())
        self.look_up(stored, pair, sample)
        if pair.rejected:
            self.quarantine(pair, *pair.rejected.args)
        else:
            self.publish(stored, pair, sample)
        self.done[pair.message.topic(), pair.message.partition()] = pair.message.offset() + 1

    def publish(self, stored, pair, sample):
        (text, of_text), (about, jpeg) = pair.text, pair.picture
        upright, mirrored = about["hashes"]
        group = stored.group(pair.digest, upright, mirrored)
        fields = pair.names | text | assigned(group) | {"picture_group": group, "width": SIDE, "height": SIDE}
        fields |= {"perceptual_hash": upright, "mirrored_hash": mirrored, "media_type": about["media_type"]}
        fields |= {"measures": about["measures"] | of_text, "prepared_at": pair.time}
        split = fields["split"]
        topic = self.target if split == "TRAINING" else f"{self.target}-{split.lower()}"
        for name in (pair.id, sample):
            stored.claim(name, pair.place)
        stored.publish(pair.digest, topic, pair.id)
        value = records.encoded("PreparedPair", fields | {"image": jpeg})
        self.producer.produce(topic, value, pair.id)
        indexed = records.encoded("IndexedPair", fields | {"bytes": len(value), "sample_id": sample})
        self.producer.produce(self.target + "-index", indexed, pair.id)
        self.receipt(pair, {"status": split, "sample_id": sample})

    def quarantine(self, pair, reason, found, allowed):
        """The original goes along, unless it must not be kept."""
        why = {"reason": reason, "measured": {"found": found, "allowed": allowed}}
        original = None if reason == "WITHDRAWN" else pair.message.value()
        kept = {"value": original, "quarantined_at": pair.time}
        quarantined = records.encoded("QuarantinedPair", pair.names | why | kept)
        self.producer.produce(self.target + "-quarantine", quarantined, pair.id)
        self.receipt(pair, why | {"status": "QUARANTINED"})

    def receipt(self, pair, decision):
        receipt = records.encoded("Receipt", pair.names | decision | {"arrived_at": pair.time})
        self.producer.produce(self.target + "-receipts", receipt, pair.id)

    def withdraw(self, digests):
        """Remembers takedowns, and deletes what was published of these pictures."""
        if not digests:
            return
        with self.stores.access(write=True) as stored:
            for digest in digests:
                stored.withdraw(digest)
                for topic, pair_id in stored.published(digest):
                    self.producer.produce(topic, None, pair_id)
                    self.producer.produce(self.target + "-index", None, pair_id)

    def commit(self):
        if self.begun is None:
            return
        self.stores.flush()
        offsets = [TopicPartition(*place, offset) for place, offset in self.done.items()]
        if offsets:
            self.producer.send_offsets_to_transaction(offsets, self.consumer.consumer_group_metadata())
        self.producer.commit_transaction()
        self.begun = None


def make_topics(servers, source, target):
    """The outputs beside OUT, with as many partitions as IN, and the takedowns, with one."""
    client = admin.AdminClient({"bootstrap.servers": servers})
    partitions = len(client.list_topics(source, timeout=60).topics[source].partitions)
    outputs = [f"{target}-{name}" for name in ("validation", "test", "quarantine", "receipts", "index")]
    wanted = [(source + "-takedowns", 1), *zip(outputs, itertools.repeat(partitions))]
    large = {"max.message.bytes": str(2 * common.LARGEST)}
    for made in client.create_topics([admin.NewTopic(name, count, config=large) for name, count in wanted]).values():
        with contextlib.suppress(KafkaException):  # it is there already, or is missed soon
            made.result()


def work(number):
    servers, source, target, group, _, commit_ms = sys.argv[1:]
    Work(number, servers, source, target, group, int(commit_ms)).run()


if __name__ == "__main__":
    pathlib.Path(os.environ["STATE_FOLDER"]).mkdir(parents=True, exist_ok=True)
    make_topics(*sys.argv[1:4])
    common.run(work, "spawn")
