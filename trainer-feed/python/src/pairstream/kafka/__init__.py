"""Kafka and the schema registry, as the feed uses them: committed records, positions of its own, no group.

Knows nothing of pairs.
"""
