"""Steps of a recipe for captions and pictures of shops.

A step judges one pair: it returns nothing, or the caption changed, or it refuses the pair. It is pure: one pair has
one verdict, in each process and whatever came before.
"""

import re

from pairstream_steps import Refuse

PRICE = re.compile(r"[$€£]\s?\d|\d+\s?(元|EUR|USD)")


def shop_captions(caption, *, max_prices=1, shop="acme.com"):
    """Takes the shop's name off a caption; refuses lists of prices."""
    if len(PRICE.findall(caption)) > max_prices:
        raise Refuse("more prices than words about the picture", "价格多于描述")
    return caption.removesuffix(f" | {shop}")


def no_screenshots(picture, *, max_flat=0.6):
    """Refuses pictures in which most points are like the one above them; picture is uint8 [height, width, 3], RGB."""
    below, above = picture[1:].astype(int), picture[:-1]
    flat = (abs(below - above).max(axis=2) == 0).mean()
    if flat > max_flat:
        raise Refuse(f"a screenshot: {flat:.0%} of it is flat", "疑似截图：大片区域完全平坦")
