"""Batches: memory that is used again, decoded pictures, and what a trainer gets.

Writes the records that it is given; reads no topic.
"""
