package io.pairstream.operations.profile;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The sums over all pairs of a data set, in slices. What a pair adds is taken out again when it
 * stands elsewhere. Not thread-safe.
 */
final class Profile {

  private final Map<SliceKey, Slice> slices = new HashMap<>();
  private final Map<String, Producers> producers = new HashMap<>();
  private final Set<SliceKey> changedSlices = new HashSet<>();
  private final Set<String> changedProducers = new HashSet<>();
  private Optional<Instant> since = Optional.empty();

  /** A pair that counted as {@code before} counts as {@code after} from now on. */
  void change(Optional<Facts> before, Optional<Facts> after) {
    if (before.equals(after)) {
      return;
    }
    before.ifPresent(
        facts -> {
          changed(facts.slice()).remove(facts);
          changedProducers(facts.slice().sourceKind()).remove(facts);
        });
    after.ifPresent(
        facts -> {
          changed(facts.slice()).add(facts);
          changedProducers(facts.slice().sourceKind()).add(facts);
          noteTime(facts.decidedAt());
        });
  }

  /** One more record was turned away because its pair was accepted before. */
  void addCopy(Facts copy) {
    changedProducers(copy.slice().sourceKind()).addCopy(copy.contributor());
    noteTime(copy.decidedAt());
  }

  /** When the earliest record that was ever counted arrived. */
  Optional<Instant> since() {
    return since;
  }

  Map<SliceKey, Slice> slices() {
    return slices;
  }

  /** By kind of source. */
  Map<String, Producers> producers() {
    return producers;
  }

  /** The slice, to put its sums back. */
  Slice slice(SliceKey key) {
    return slices.computeIfAbsent(key, unused -> new Slice());
  }

  /** The producers of a kind of source, to put them back. */
  Producers producers(String sourceKind) {
    return producers.computeIfAbsent(sourceKind, unused -> new Producers());
  }

  void restoreSince(Instant kept) {
    since = Optional.of(kept);
  }

  /** Slices that have changed since this was last asked. */
  Set<SliceKey> takeChangedSlices() {
    Set<SliceKey> taken = Set.copyOf(changedSlices);
    changedSlices.clear();
    return taken;
  }

  /** Kinds of source whose producers have changed since this was last asked. */
  Set<String> takeChangedProducers() {
    Set<String> taken = Set.copyOf(changedProducers);
    changedProducers.clear();
    return taken;
  }

  private Slice changed(SliceKey key) {
    changedSlices.add(key);
    return slice(key);
  }

  private Producers changedProducers(String sourceKind) {
    changedProducers.add(sourceKind);
    return producers(sourceKind);
  }

  private void noteTime(Instant at) {
    if (at.toEpochMilli() > 0 && since.map(at::isBefore).orElse(true)) {
      since = Optional.of(at);
    }
  }
}
