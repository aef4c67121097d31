package io.pairstream.preprocess.topology;

import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.RecordDecoder;
import io.pairstream.schemas.wire.RegistryUnavailableException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decodes a takedown. One that is lifted has no value.
 *
 * <p>What cannot be read, names no kind that is known, or has another key than its kind and subject
 * make, takes nothing down: it is logged. Nobody but operators writes to the topic.
 */
final class ReadTakedown implements Processor<byte[], byte[], String, Takedown> {

  private static final Logger LOG = LoggerFactory.getLogger(ReadTakedown.class);

  private final RecordDecoder<Takedown> takedowns;
  private ProcessorContext<String, Takedown> context;

  ReadTakedown(RecordDecoder<Takedown> takedowns) {
    this.takedowns = takedowns;
  }

  @Override
  public void init(ProcessorContext<String, Takedown> processorContext) {
    this.context = processorContext;
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    if (!key.isEmpty() && record.value() == null) {
      context.forward(record.withKey(key).withValue(null));
      return;
    }
    Optional<Takedown> takedown = decode(record.value());
    if (takedown.flatMap(ReadTakedown::keyOf).filter(key::equals).isPresent()) {
      context.forward(record.withKey(key).withValue(takedown.get()));
    } else {
      LOG.error(
          "nothing is taken down by {}: its key is '{}', its value {}",
          context
              .recordMetadata()
              .map(at -> at.topic() + "-" + at.partition() + "-" + at.offset())
              .orElse("a record"),
          key,
          takedown.isPresent() ? "says otherwise" : "cannot be read");
    }
  }

  private Optional<Takedown> decode(byte[] value) {
    try {
      return takedowns.decode(value);
    } catch (RegistryUnavailableException | MissingSchemaException e) {
      // The thread joins again from its last commit, and asks again.
      throw new TaskMigratedException("the registry cannot say what a takedown's schema is", e);
    }
  }

  private static Optional<String> keyOf(Takedown takedown) {
    return takedown.getSubject().isEmpty()
        ? Optional.empty()
        : TakedownKind.named(takedown.getKind()).map(kind -> kind.key(takedown.getSubject()));
  }
}
