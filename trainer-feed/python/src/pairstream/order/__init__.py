"""Order in which a run hands out samples, step by step. Arithmetic alone: reads nothing, and knows nothing of Kafka.

The rule is that of ``trainer-feed/order.md``; Java's feed has it too, and ``conformance.json`` is what both come to.
"""
