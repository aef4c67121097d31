"""Conditions of a data set's recipe on the pairs of views."""

from __future__ import annotations

from pairstream.errors import Malformed, ViewError
from pairstream.kafka.avro import AvroReader, Schemas
from pairstream.kafka.cluster import Cluster


def recipe_conditions(cluster: Cluster, schemas: Schemas, dataset: str) -> list[str]:
    """The conditions that the recipe adds to those of each view; none where there is no topic of recipes.

    Raises:
        ViewError: where the last record is no recipe
        Unavailable: where the broker or the registry does not answer
    """
    topic = cluster.describe_topic_if_any(f"{dataset}.recipes")
    begins = cluster.begins(topic.name, topic.partitions) if topic else {}
    messages = [message for some in cluster.read(f"{dataset}.recipes", begins) for message in some]
    if not messages:
        return []
    try:
        types = {"conditions": "array of string"}
        recipe = AvroReader(schemas, f"{dataset}.recipes", types, types).read(messages[-1].value() or b"")
        return list(map(str, recipe["conditions"]))
    except (Malformed, KeyError) as e:
        raise ViewError(f"{dataset}.recipes, offset {messages[-1].offset()} is no recipe: {e}") from e
