package io.pairstream.preprocess.topology;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.preprocess.topology.Tracked.Identity;
import io.pairstream.preprocess.topology.Tracked.ReceivedPair;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.Takedown;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.topics.TopicCatalogue;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.ProcessingContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The takedowns that a task knows of. Those of pairs are there a second time under {@code
 * SAMPLE/SAMPLE-ID/PAIR-ID}, so that they cover every spelling of the caption.
 */
final class Takedowns {

  private static final String SAMPLE = "SAMPLE/";

  private final KeyValueStore<String, Takedown> store;
  private final AtomicBoolean any;

  Takedowns(ProcessingContext task, Tasks tasks) {
    store = task.getStateStore(TopicCatalogue.TAKEDOWNS_STORE);
    any = tasks.any.computeIfAbsent(task.taskId(), id -> new AtomicBoolean());
    any.set(isAny());
  }

  /**
   * Which tasks know of any takedown at all: where there is none, as mostly, no pair needs its six
   * or more keys looked up. Processors of a task share the answer; each takes it from the store
   * when the task begins, or begins anew from its last commit.
   */
  static final class Tasks {
    private final ConcurrentMap<TaskId, AtomicBoolean> any = new ConcurrentHashMap<>();
  }

  /** The takedown of a key; null where there is none. */
  Takedown get(String key) {
    return store.get(key);
  }

  /** Puts a takedown in the place of an earlier one; null lifts it. */
  void replace(String key, Takedown before, Takedown takedown) {
    putSample(before, null);
    putSample(takedown, takedown);
    store.put(key, takedown);
    any.set(takedown != null || isAny());
  }

  private boolean isAny() {
    try (KeyValueIterator<String, Takedown> all = store.all()) {
      return all.hasNext();
    }
  }

  private void putSample(Takedown of, Takedown value) {
    if (of != null
        && of.getKind().equals(TakedownKind.PAIR.name())
        && !of.getSampleId().isEmpty()) {
      store.put(SAMPLE + of.getSampleId() + "/" + of.getSubject(), value);
    }
  }

  /** A takedown in force of a pair with that sample. */
  Optional<Takedown> ofSample(String sampleId) {
    if (!any.get()) {
      return Optional.empty();
    }
    Takedown own = get(TakedownKind.PAIR.key(sampleId));
    if (own != null) {
      return Optional.of(own);
    }
    try (KeyValueIterator<String, Takedown> found =
        store.prefixScan(SAMPLE + sampleId + "/", new StringSerializer())) {
      return found.hasNext() ? Optional.of(found.next().value) : Optional.empty();
    }
  }

  /**
   * Rejects what is withdrawn: the pair, its image, its contributor, its producer or its source.
   * Comes before any other reason, so that none keeps the bytes in quarantine.
   *
   * <p>Rejects: {@code WITHDRAWN}.
   */
  Tracked<Outcome<ReceivedPair>> refuseWithdrawn(Tracked<ReceivedPair> received) {
    return received.as(refuseWithdrawn(received, received.stage().pair().getMetadata()));
  }

  /** Rejects a withdrawn pair at any stage. */
  <T> Outcome<T> refuseWithdrawn(Tracked<T> tracked, PairMetadata metadata) {
    if (!any.get()) {
      return Outcome.kept(tracked.stage());
    }
    Identity identity = tracked.identity();
    for (String key : TakedownKind.keysOf(identity.pairId(), identity.imageDigest(), metadata)) {
      Takedown takedown = get(key);
      if (takedown != null) {
        return Outcome.rejected(
            RejectReason.WITHDRAWN,
            "this "
                + takedown.getKind().toLowerCase(Locale.ROOT)
                + " is withdrawn; the record's bytes are not kept here",
            Measured.text(takedown.getSubject(), ""));
      }
    }
    return Outcome.kept(tracked.stage());
  }
}
