"""The version of the package."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("pairstream")
except PackageNotFoundError:
    VERSION = "(not packaged)"
