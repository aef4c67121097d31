"""Publishes a picture with its caption straight to Kafka: publish_kafka.py owl.jpg "An owl on a branch."

Needs: pip install -r requirements.txt
"""

import hashlib
import os
import sys
import time

from confluent_kafka import Producer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

brokers = os.environ.get("BOOTSTRAP_SERVERS", "127.0.0.1:9092")
registry = SchemaRegistryClient({"url": os.environ.get("SCHEMA_REGISTRY", "http://127.0.0.1:8081/apis/ccompat/v7")})
topic = os.environ.get("DATASET", "pairs") + ".crowdsourced"

schema = registry.get_latest_version(topic + "-value").schema.schema_str
serialize = AvroSerializer(registry, schema, conf={"auto.register.schemas": False})
with open(sys.argv[1], "rb") as file:
    image = file.read()
pair = {"image": image, "caption": sys.argv[2], "language": "en", "received_at": int(time.time() * 1000)}
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
