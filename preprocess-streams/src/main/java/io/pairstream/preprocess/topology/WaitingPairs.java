package io.pairstream.preprocess.topology;

import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.WaitingPair;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.OriginHeader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.ProcessingContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The pairs of a task whose picture is being looked up. The store has, under {@code
 * IMAGE-DIGEST/COORDINATES}, where the raw record of each is; the prepared pair is in memory, as
 * far as there is room, and gone after a restart.
 *
 * <p>The first two of an image have a fixed name in place of the coordinates. A scan costs a pair
 * more than all else that is done to have it wait, so that it is left to images of which more wait.
 */
final class WaitingPairs {

  private static final String FIRST = "/1";
  private static final String SECOND = "/2";

  private final KeyValueStore<String, WaitingPair> store;
  private final TaskId task;
  private final HeldPairs held;

  WaitingPairs(ProcessingContext context, HeldPairs held) {
    store = context.getStateStore(TopicCatalogue.WAITING_PAIRS_STORE);
    task = context.taskId();
    this.held = held;
  }

  /**
   * A pair that waited.
   *
   * @param entry where its raw record is
   * @param prepared the pair without the raw record's key and value; nothing where it is not held
   */
  record Waited(WaitingPair entry, Optional<Tracked<PreparedPair>> prepared) {}

  /** Adds a pair; whether it is the first of its image. */
  boolean add(Tracked<PreparedPair> pair) {
    String image = pair.identity().imageDigest();
    RawRecord raw = pair.raw();
    boolean isFirst = store.get(image + FIRST) == null;
    String key =
        image
            + (isFirst
                ? FIRST
                : store.get(image + SECOND) == null
                    ? SECOND
                    : "/" + OriginHeader.text(raw.origin()));
    store.put(
        key,
        new WaitingPair(
            raw.origin(), pair.identity().pairId(), pair.identity().producer(), raw.arrivedAt()));
    held.add(task, key, pair.withoutValue());
    return isFirst;
  }

  /** Takes those of an image out. */
  List<Waited> take(String imageDigest) {
    Map<String, WaitingPair> waiting = new LinkedHashMap<>();
    WaitingPair first = store.get(imageDigest + FIRST);
    if (first != null && store.get(imageDigest + SECOND) == null) {
      waiting.put(imageDigest + FIRST, first);
    } else {
      try (KeyValueIterator<String, WaitingPair> found =
          store.prefixScan(imageDigest + "/", new StringSerializer())) {
        found.forEachRemaining(pair -> waiting.put(pair.key, pair.value));
      }
    }
    waiting.keySet().forEach(key -> store.put(key, null)); // delete would read it once more
    return waiting.entrySet().stream()
        .map(
            entry ->
                new Waited(
                    entry.getValue(),
                    held.take(task, entry.getKey())
                        .filter(pair -> pair.raw().origin().equals(entry.getValue().getOrigin()))))
        .toList();
  }

  /** Lets go of what is in memory; what waits is prepared once more. */
  void forget() {
    held.forget(task);
  }
}
