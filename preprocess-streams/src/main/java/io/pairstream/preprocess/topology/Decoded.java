package io.pairstream.preprocess.topology;

import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.RecordDecoder;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.errors.TaskMigratedException;

/** Values of our own topics. */
final class Decoded {

  private Decoded() {}

  /**
   * Decodes a value; empty where the value is not a record of ours.
   *
   * @throws TaskMigratedException where the registry is unavailable: the thread joins again from
   *     its last commit and asks again
   */
  static <T extends SpecificRecord> Optional<T> of(
      RecordDecoder<T> decoder, byte[] value, String what) {
    try {
      return decoder.decode(value);
    } catch (RegistryUnavailableException | MissingSchemaException e) {
      throw new TaskMigratedException(
          "the registry cannot say what the schema of " + what + " is", e);
    }
  }
}
