/**
 * A schema registry for those who have none: Confluent's protocol, as far as serializers and
 * deserializers use it, over a compacted topic. Ids live where the records do that name them. It
 * knows nothing of what the schemas are for.
 */
package io.pairstream.registry;
