package io.pairstream.preprocess.topology;

import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import io.pairstream.schemas.wire.Topic;
import java.util.Optional;
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
  static <T> Optional<T> of(Topic<T> topic, byte[] value, String what) {
    try {
      return topic.decode(value);
    } catch (RegistryUnavailableException | MissingSchemaException e) {
      throw new TaskMigratedException(
          "the registry cannot say what the schema of " + what + " is", e);
    }
  }
}
