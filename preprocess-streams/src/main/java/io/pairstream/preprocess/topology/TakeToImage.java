package io.pairstream.preprocess.topology;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Sends a misplaced record to its image's task as it came, with its image's digest for a key. */
final class TakeToImage<T> implements Processor<String, Tracked<T>, byte[], byte[]> {

  private ProcessorContext<byte[], byte[]> context;

  @Override
  public void init(ProcessorContext<byte[], byte[]> processorContext) {
    this.context = processorContext;
  }

  @Override
  public void process(Record<String, Tracked<T>> record) {
    Tracked<T> tracked = record.value();
    context.forward(
        record
            .withKey(tracked.identity().imageDigest().getBytes(StandardCharsets.US_ASCII))
            .withValue(tracked.raw().value())
            .withHeaders(Placement.toRepartition(tracked.raw())));
  }
}
