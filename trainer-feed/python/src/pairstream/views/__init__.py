"""Views: which records of a split's topic a run trains on, and the files that hold them. Knows nothing of Kafka."""
