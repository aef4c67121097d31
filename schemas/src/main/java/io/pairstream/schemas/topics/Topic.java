package io.pairstream.schemas.topics;

import org.apache.kafka.common.serialization.Serde;

/** A topic together with the only serdes that anyone may use on it. */
public record Topic<K, V>(String name, Serde<K> key, Serde<V> value) {}
