package io.pairstream.operations.profile;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The contributors of one kind of source who send most, and what became of their pairs. Exact while
 * there are no more than {@link #MOST}; beyond that a contributor's sums begin when he comes among
 * those who send most. Not thread-safe.
 */
final class Producers {

  static final int MOST = 1_000;

  private final TopValues volume = new TopValues(MOST);
  private final Map<String, Producer> producers = new HashMap<>();

  void add(Facts facts) {
    if (facts.slice().isAccepted()) {
      more(facts.contributor(), 1, 0, 0, "");
    } else if (facts.reason().isPresent()) {
      more(facts.contributor(), 0, 1, 0, facts.reason().get());
    }
  }

  void remove(Facts facts) {
    if (facts.slice().isAccepted()) {
      less(facts.contributor(), 1, 0, "");
    } else if (facts.reason().isPresent()) {
      less(facts.contributor(), 0, 1, facts.reason().get());
    }
  }

  void addCopy(String contributor) {
    more(contributor, 0, 0, 1, "");
  }

  Map<String, Producer> all() {
    return Map.copyOf(producers);
  }

  Producer of(String contributor) {
    return producers.getOrDefault(contributor, Producer.NEW);
  }

  TopValues volume() {
    return volume;
  }

  /** Puts a contributor back as he was kept. */
  void restore(TopValues.Counter counter, Producer producer) {
    volume.restore(counter);
    producers.put(counter.value(), producer);
  }

  private void more(String contributor, long accepted, long rejected, long copies, String reason) {
    Optional<String> displaced = volume.add(contributor);
    displaced.ifPresent(producers::remove);
    producers.put(contributor, of(contributor).with(accepted, rejected, copies, reason));
  }

  private void less(String contributor, long accepted, long rejected, String reason) {
    if (volume.remove(contributor)) {
      producers.remove(contributor);
    } else if (volume.counter(contributor).isPresent()) {
      producers.put(contributor, of(contributor).with(-accepted, -rejected, 0, reason));
    }
  }
}
