package io.pairstream.preprocess.topology;

import java.util.Map;
import java.util.Set;
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
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * Times every processor of the graph, those of Kafka Streams' own operators too.
 *
 * <p>A processor forwards to the next within its own call, so what the next ones take is measured
 * with it and taken off again. A thread works on one record at a time.
 *
 * <p>Kafka Streams makes this from its settings, among which {@link #WORK} has the {@link NodeWork}
 * that is written to.
 */
public final class TimedProcessors implements ProcessorWrapper {

  /** The setting that holds the counts. */
  public static final String WORK = "pairstream.node.work";

  private static final ThreadLocal<Downstream> DOWNSTREAM =
      ThreadLocal.withInitial(Downstream::new);

  private NodeWork work = new NodeWork();

  /** What one thread is at. */
  private static final class Downstream {
    private NodeWork.Node present;

    /** Time that the processors below the present one took. */
    private long nanos;
  }

  /** Goes down to a processor. The present one, if there is one, handed the record over. */
  private static void time(NodeWork.Node node, Runnable process) {
    Downstream downstream = DOWNSTREAM.get();
    NodeWork.Node above = downstream.present;
    if (above != null) {
      above.forwarded();
    }
    long beside = downstream.nanos;
    downstream.present = node;
    downstream.nanos = 0;
    long begunAt = System.nanoTime();
    try {
      process.run();
    } finally {
      long took = System.nanoTime() - begunAt;
      node.took(took - downstream.nanos);
      downstream.nanos = beside + took;
      downstream.present = above;
    }
  }

  @Override
  public void configure(Map<String, ?> settings) {
    if (settings.get(WORK) instanceof NodeWork given) {
      work = given;
    }
  }

  @Override
  public <K, V, L, W> WrappedProcessorSupplier<K, V, L, W> wrapProcessorSupplier(
      String name, ProcessorSupplier<K, V, L, W> supplier) {
    NodeWork.Node node = work.of(name);
    return new WrappedProcessorSupplier<>() {
      @Override
      public Processor<K, V, L, W> get() {
        return new Timed<>(supplier.get(), node);
      }

      @Override
      public Set<StoreBuilder<?>> stores() {
        return supplier.stores();
      }
    };
  }

  @Override
  public <K, V, W> WrappedFixedKeyProcessorSupplier<K, V, W> wrapFixedKeyProcessorSupplier(
      String name, FixedKeyProcessorSupplier<K, V, W> supplier) {
    NodeWork.Node node = work.of(name);
    return new WrappedFixedKeyProcessorSupplier<>() {
      @Override
      public FixedKeyProcessor<K, V, W> get() {
        return new TimedFixedKey<>(supplier.get(), node);
      }

      @Override
      public Set<StoreBuilder<?>> stores() {
        return supplier.stores();
      }
    };
  }

  private record Timed<K, V, L, W>(Processor<K, V, L, W> processor, NodeWork.Node node)
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

  private record TimedFixedKey<K, V, W>(FixedKeyProcessor<K, V, W> processor, NodeWork.Node node)
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
