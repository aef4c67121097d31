"""Data sets on a platform: their splits, index, views, answers and runs on Kafka's topics. Needs the extra ``kafka``."""
