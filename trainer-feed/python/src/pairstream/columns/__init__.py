"""Columns of batches beside picture, token ids and caption: fields of records, and stored values of a model.

Knows nothing of batches and topics.
"""
