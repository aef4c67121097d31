package io.pairstream.benchmarks;

import io.pairstream.preprocess.topology.NodeWork;
import io.pairstream.preprocess.topology.TimedProcessors;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * What timing the nodes of the topology costs: a chain of nodes that do nothing but hand on, bare
 * and timed. Prints nanoseconds per record through all of them.
 */
public final class TimedNodes {

  /** About as many as a good pair meets. */
  private static final int NODES = 20;

  private static final int RECORDS = 2_000_000;
  private static final int ROUNDS = 5;

  private TimedNodes() {}

  public static void main(String[] args) {
    TimedProcessors timing = new TimedProcessors();
    timing.configure(Map.of(TimedProcessors.WORK, new NodeWork()));
    Processor<String, String, String, String> bare = chain(node -> node);
    Processor<String, String, String, String> timed =
        chain(node -> timing.wrapProcessorSupplier("node", () -> node).get());
    for (int round = 0; round < ROUNDS; round++) {
      System.out.printf(
          "bare %.0f ns, timed %.0f ns per record through %d nodes%n",
          nanosPerRecord(bare), nanosPerRecord(timed), NODES);
    }
  }

  private static Processor<String, String, String, String> chain(
      UnaryOperator<Processor<String, String, String, String>> wrap) {
    Processor<String, String, String, String> next = record -> {};
    for (int i = 0; i < NODES; i++) {
      next = wrap.apply(next);
    }
    return next;
  }

  private static double nanosPerRecord(Processor<String, String, String, String> chain) {
    Record<String, String> record = new Record<>("key", "value", 0);
    long begin = System.nanoTime();
    for (int i = 0; i < RECORDS; i++) {
      chain.process(record);
    }
    return (System.nanoTime() - begin) / (double) RECORDS;
  }
}
