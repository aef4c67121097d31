package io.pairstream.schemas.wire;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serde;

/** A topic together with the only serdes that anyone may use on it. */
public record Topic<K, V>(String name, Serde<K> key, Serde<V> value) {

  /** A record of it in bytes, for a producer of several topics. */
  public ProducerRecord<byte[], byte[]> record(K recordKey, V recordValue) {
    return new ProducerRecord<>(
        name,
        key.serializer().serialize(name, recordKey),
        value.serializer().serialize(name, recordValue));
  }
}
