package io.pairstream.preprocess.topology;

import io.pairstream.service.report.Counts;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorSupplier;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.ProcessorWrapper;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.WrappedFixedKeyProcessorSupplier;
import org.apache.kafka.streams.processor.api.WrappedProcessorSupplier;

/**
 * Times every processor of the graph, those of Kafka Streams' own operators too.
 *
 * <p>A processor forwards to the next within its own call, so what the next ones take is measured
 * with it and taken off again. A thread works on one record at a time. The graph names the stores
 * of its processors; suppliers bring none.
 *
 * <p>Kafka Streams makes this from its settings, among which {@link #COUNTS} has the {@link Counts}
 * that are written to.
 */
public final class TimedProcessors implements ProcessorWrapper {

  /** The setting that holds the counts. */
  public static final String COUNTS = "pairstream.counts";

  private static final ThreadLocal<Downstream> DOWNSTREAM =
      ThreadLocal.withInitial(Downstream::new);

  private Counts counts = new Counts();

  /** Counts of a processor: records received, records forwarded, and its own time. */
  private record Node(LongAdder records, LongAdder forwarded, LongAdder ownNanos) {

    Node(Counts counts, String name) {
      this(
          counts.of("node_records_total", "node", name),
          counts.of("node_forwarded_total", "node", name),
          counts.nanosOf("node_own_seconds_total", "node", name));
    }
  }

  private static final class Downstream {
    private Node present;

    /** Time spent in the processors below the present one, in nanoseconds. */
    private long nanos;
  }

  /** Runs a processor below the present one, which forwarded the record. */
  private static void time(Node node, Runnable process) {
    Downstream downstream = DOWNSTREAM.get();
    Node above = downstream.present;
    if (above != null) {
      above.forwarded.increment();
    }
    long beside = downstream.nanos;
    downstream.present = node;
    downstream.nanos = 0;
    long begunAt = System.nanoTime();
    try {
      process.run();
    } finally {
      long took = System.nanoTime() - begunAt;
      node.records.increment();
      node.ownNanos.add(took - downstream.nanos);
      downstream.nanos = beside + took;
      downstream.present = above;
    }
  }

  @Override
  public void configure(Map<String, ?> settings) {
    if (settings.get(COUNTS) instanceof Counts given) {
      counts = given;
    }
  }

  @Override
  public <K, V, L, W> WrappedProcessorSupplier<K, V, L, W> wrapProcessorSupplier(
      String name, ProcessorSupplier<K, V, L, W> supplier) {
    Node node = new Node(counts, name);
    return () -> new Timed<>(supplier.get(), node);
  }

  @Override
  public <K, V, W> WrappedFixedKeyProcessorSupplier<K, V, W> wrapFixedKeyProcessorSupplier(
      String name, FixedKeyProcessorSupplier<K, V, W> supplier) {
    Node node = new Node(counts, name);
    return () -> new TimedFixedKey<>(supplier.get(), node);
  }

  private record Timed<K, V, L, W>(Processor<K, V, L, W> processor, Node node)
      implements Processor<K, V, L, W> {

    @Override
    public void init(ProcessorContext<L, W> context) {
      processor.init(context);
    }

    @Override
    public void process(Record<K, V> record) {
      time(node, () -> processor.process(record));
    }

    @Override
    public void close() {
      processor.close();
    }
  }

  private record TimedFixedKey<K, V, W>(FixedKeyProcessor<K, V, W> processor, Node node)
      implements FixedKeyProcessor<K, V, W> {

    @Override
    public void init(FixedKeyProcessorContext<K, W> context) {
      processor.init(context);
    }

    @Override
    public void process(FixedKeyRecord<K, V> record) {
      time(node, () -> processor.process(record));
    }

    @Override
    public void close() {
      processor.close();
    }
  }
}
