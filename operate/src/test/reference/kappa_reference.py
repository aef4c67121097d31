"""Writes kappa-golden.json: agreement of two people, as scikit-learn has it.

Needs scikit-learn; run with: python kappa_reference.py > ../resources/io/pairstream/operate/catalogue/kappa-golden.json
"""

import json
import math
import random
import warnings

from sklearn.metrics import cohen_kappa_score

warnings.simplefilter("ignore")
LABELS = ["bird", "cat", "dog", "狗"]


def case(one, other):
    kappa = float(cohen_kappa_score(one, other))
    return {"one": one, "other": other, "kappa": None if math.isnan(kappa) else kappa}


def drawn(seed, pairs, share):
    """Answers of which the share is alike, the others drawn."""
    numbers = random.Random(seed)
    one = [numbers.choice(LABELS) for _ in range(pairs)]
    return one, [label if numbers.random() < share else numbers.choice(LABELS) for label in one]


cases = [case(*drawn(seed, 5 * seed + 3, share)) for seed, share in enumerate([0, 0.3, 0.6, 0.9, 1, 0.5])]
cases += [
    case(["cat"], ["cat"]),
    case(["cat", "cat"], ["dog", "dog"]),
    case(["cat", "dog"], ["dog", "cat"]),
    case(["cat", "cat", "dog"], ["cat", "cat", "cat"]),
]
print(json.dumps(cases, ensure_ascii=False, indent=1))
