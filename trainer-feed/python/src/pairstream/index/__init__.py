"""The index of a data set: entries about its pairs, by which views are cut, looked up and counted.

Reads no images.
"""
