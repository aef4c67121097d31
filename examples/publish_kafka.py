"""Publishes a picture with its caption straight to Kafka: publish_kafka.py owl.jpg "An owl on a branch."

Needs: pip install -r requirements.txt
"""

import hashlib
import json
import os
import sys
import time
from pathlib import Path

from confluent_kafka import Producer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

# Where `pairstream up --data-dir pairstream-data` says how to reach it.
platform = Path(os.environ.get("DATA_DIR", "pairstream-data")) / "platform.json"
here = json.loads(platform.read_text(encoding="utf-8")) if platform.exists() else {}
brokers = os.environ.get("BOOTSTRAP_SERVERS") or here.get("bootstrap_servers", "127.0.0.1:9092")
registry = SchemaRegistryClient({"url": os.environ.get("SCHEMA_REGISTRY") or here.get("schema_registry", "http://127.0.0.1:8081")})
topic = os.environ.get("DATASET", "pairs") + ".crowdsourced"

# The schema whose fields are filled in below, not the latest: its id is looked up by its text, and nothing is registered.
schema = Path(__file__).with_name("RawPair.avsc").read_text(encoding="utf-8")
serialize = AvroSerializer(registry, schema, conf={"auto.register.schemas": False, "use.latest.version": False})
with open(sys.argv[1], "rb") as file:
    image = file.read()
# Fields that are left out have the schema's defaults; but fastavro, which writes the record, knows none of bytes.
metadata = {"received_at": int(time.time() * 1000)}
pair = {"image": image, "caption": sys.argv[2], "language": "en", "metadata": metadata, "prepared": b""}
digest = hashlib.sha256(image).hexdigest()
producer = Producer(
    {"bootstrap.servers": brokers, "enable.idempotence": True, "partitioner": "murmur2_random", "message.max.bytes": 9_437_184}
)
acknowledged = []
producer.produce(topic, serialize(pair, SerializationContext(topic, MessageField.VALUE)), digest, on_delivery=lambda *done: acknowledged.append(done))
producer.flush()
error, record = acknowledged[0]
if error:
    sys.exit(f"not published: {error}")
pair_id = hashlib.sha256(digest.encode() + b"\0" + sys.argv[2].encode()).hexdigest()[:32]
at = f"{record.topic()}-{record.partition()}-{record.offset()}"
print(f"{pair_id} is at {at}; ask after it: pairstream why {at}")
