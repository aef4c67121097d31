package io.pairstream.preprocess.topology;

import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/** How many records met each processor of the graph, and how long they took. Thread-safe. */
public final class NodeWork {

  private final ConcurrentMap<String, Node> nodes = new ConcurrentHashMap<>();

  Node of(String name) {
    return nodes.computeIfAbsent(name, unknown -> new Node());
  }

  /** The totals so far, by node. */
  public SortedMap<String, NodeTotals> soFar() {
    SortedMap<String, NodeTotals> soFar = new TreeMap<>();
    nodes.forEach(
        (name, node) ->
            soFar.put(
                name,
                new NodeTotals(node.records.sum(), node.forwarded.sum(), node.ownNanos.sum())));
    return soFar;
  }

  /**
   * One node's totals.
   *
   * @param records that it has taken
   * @param forwarded that it has handed to other processors, one for each that gets it; sinks do
   *     not count
   * @param ownNanos time in the node itself, all threads together; a sink's is its processor's
   */
  public record NodeTotals(long records, long forwarded, long ownNanos) {}

  static final class Node {
    private final LongAdder records = new LongAdder();
    private final LongAdder forwarded = new LongAdder();
    private final LongAdder ownNanos = new LongAdder();

    void forwarded() {
      forwarded.increment();
    }

    void took(long own) {
      records.increment();
      ownNanos.add(own);
    }
  }
}
