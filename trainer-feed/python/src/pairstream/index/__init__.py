"""What the index of a data set says of its pairs: views are cut, looked up and counted by it.

Reads no images.
"""
