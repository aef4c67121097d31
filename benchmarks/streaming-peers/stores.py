"""What the consumer remembers: in LMDB, shared by the processes of one machine, whose writers wait for each other.

An entry names the record that made it, by partition and offset. A transaction of Kafka that a kill has undone is done
again, finds its own entries and so decides as it did before. Entries are on disk before Kafka's commit.
"""

import contextlib

import lmdb

MAP_BYTES = 16 << 30  # of address space
MAX_BITS = 4
# First bit and length of five parts of a hash: up to four bits of difference leave one of the parts alone.
PARTS = ((0, 13), (13, 13), (26, 13), (39, 13), (52, 12))
NAMES = ("pairs", "groups", "hashes", "parts", "takedowns", "published")
MANY = ("parts", "published")  # with several values for a key


def part_keys(number):
    """Keys of a hash in the store of parts: one for each."""
    return [
        bytes([i]) + (number >> (64 - first - bits) & (1 << bits) - 1).to_bytes(2, "big") for i, (first, bits) in enumerate(PARTS)
    ]


class Stores:
    """Names of pairs with the records that made them, groups of near copies, takedowns, published pairs."""

    def __init__(self, folder):
        self.env = lmdb.open(folder, map_size=MAP_BYTES, max_dbs=len(NAMES), sync=False)
        self.dbs = {name: self.env.open_db(name.encode(), dupsort=name in MANY) for name in NAMES}

    @contextlib.contextmanager
    def access(self, write=False):
        with self.env.begin(write=write) as transaction:
            yield Access(transaction, self.dbs)

    def flush(self):
        self.env.sync(True)


class Access:
    """A transaction of the stores. Digests and hashes are hexadecimal texts, places are texts."""

    def __init__(self, transaction, dbs):
        self.transaction, self.dbs = transaction, dbs

    def _get(self, db, key):
        return self.transaction.get(key, db=self.dbs[db])

    def _put(self, db, key, value):
        return self.transaction.put(key, value, db=self.dbs[db], overwrite=db in MANY)

    def _many(self, db, key):
        with self.transaction.cursor(self.dbs[db]) as cursor:
            return list(cursor.iternext_dup()) if cursor.set_key(key) else []

    def is_others(self, name, place):
        """Whether another record than the one at the place has the name of a pair."""
        holder = self._get("pairs", name.encode())
        return holder is not None and holder.decode() != place

    def claim(self, name, place):
        self._put("pairs", name.encode(), place.encode())

    def group(self, digest, upright, mirrored):
        """Digest of the first of the pictures that nearly copy each other; a new picture joins the nearest's."""
        known = self._get("groups", bytes.fromhex(digest))
        if known is not None:
            return known.hex()
        nearest = self._nearest(upright, mirrored)
        group = bytes.fromhex(digest) if nearest is None else self._get("hashes", nearest)
        self._put("groups", bytes.fromhex(digest), group)
        if self._put("hashes", bytes.fromhex(upright), group):
            for key in part_keys(int(upright, 16)):
                self._put("parts", key, bytes.fromhex(upright))
        return group.hex()

    def _nearest(self, *hashes):
        """The known hash that differs least from any of these, in at most four bits."""
        for each in map(bytes.fromhex, hashes):
            if self._get("hashes", each) is not None:
                return each
        found = []
        for number in (int(each, 16) for each in hashes):
            for key in part_keys(number):
                found += [((int.from_bytes(each, "big") ^ number).bit_count(), each) for each in self._many("parts", key)]
        distance, nearest = min(found, default=(MAX_BITS + 1, None))
        return nearest if distance <= MAX_BITS else None

    def publish(self, digest, topic, pair_id):
        self._put("published", bytes.fromhex(digest), f"{topic} {pair_id}".encode())

    def published(self, digest):
        """Topics and ids of the pairs of a picture."""
        return [each.decode().split() for each in self._many("published", bytes.fromhex(digest))]

    def withdraw(self, digest):
        self._put("takedowns", bytes.fromhex(digest), b"")

    def is_withdrawn(self, digest):
        return self._get("takedowns", bytes.fromhex(digest)) is not None
