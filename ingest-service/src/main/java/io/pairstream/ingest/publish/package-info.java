/**
 * Pairs onto a raw topic, each acknowledged once it is in Kafka. Knows the topic and the sizes that
 * it takes, and nothing of where a pair comes from.
 */
package io.pairstream.ingest.publish;
