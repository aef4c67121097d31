"""Which samples a run hands out, step by step. Arithmetic alone: it reads nothing, and knows nothing of Kafka.

The rule is that of ``trainer-feed/order.md``; Java's feed has it too, and ``conformance.json`` is what both come to.
"""
