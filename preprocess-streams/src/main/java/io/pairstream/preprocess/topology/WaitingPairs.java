package io.pairstream.preprocess.topology;

import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.WaitingPair;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.OriginHeader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.ProcessingContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The pairs of a task whose picture is being looked up. The store has, under {@code
 * IMAGE-DIGEST/COORDINATES}, where the raw record of each is, and is read when a task begins or
 * begins anew from its last commit. Prepared pairs are in memory alone, as far as there is room.
 */
final class WaitingPairs {

  /** Bytes of a prepared pair besides its pictures. */
  private static final int FIELDS_BYTES = 4 * 1024;

  private final Memory memory;
  private final KeyValueStore<String, WaitingPair> store;
  private final Map<String, List<Waiting>> byImage = new HashMap<>();

  private WaitingPairs(ProcessingContext task, Memory memory) {
    this.memory = memory;
    store = task.getStateStore(TopicCatalogue.WAITING_PAIRS_STORE);
    try (KeyValueIterator<String, WaitingPair> all = store.all()) {
      all.forEachRemaining(
          pair -> add(imageOf(pair.key), new Waiting(pair.key, pair.value, Optional.empty())));
    }
  }

  /** Memory of all tasks of the process, with a bound on that of prepared pairs. Thread-safe. */
  static final class Memory {

    private final long mostBytes;
    private final AtomicLong bytes = new AtomicLong();
    private final Map<TaskId, WaitingPairs> ofTasks = new ConcurrentHashMap<>();

    Memory(long mostBytes) {
      this.mostBytes = mostBytes;
    }

    /** Takes what waits from a task's store. */
    WaitingPairs begin(ProcessingContext task) {
      WaitingPairs pairs = new WaitingPairs(task, this);
      ofTasks.put(task.taskId(), pairs);
      return pairs;
    }

    WaitingPairs of(TaskId task) {
      return ofTasks.get(task);
    }

    private boolean hasRoomFor(long size) {
      boolean has = bytes.addAndGet(size) <= mostBytes;
      bytes.addAndGet(has ? 0 : -size);
      return has;
    }
  }

  /**
   * A pair that waits.
   *
   * @param entry where its raw record is
   * @param prepared the pair without the raw record's key and value; nothing where it is not held
   */
  record Waiting(String key, WaitingPair entry, Optional<Tracked<PreparedPair>> prepared) {

    private long size() {
      return prepared.map(WaitingPairs::size).orElse(0L);
    }
  }

  /** Adds a pair; whether it is the first of its image. */
  boolean add(Tracked<PreparedPair> pair) {
    RawRecord raw = pair.raw();
    String image = pair.identity().imageDigest();
    String key = image + "/" + OriginHeader.text(raw.origin());
    WaitingPair entry =
        new WaitingPair(
            raw.origin(), pair.identity().pairId(), pair.identity().producer(), raw.arrivedAt());
    store.put(key, entry);
    return add(
        image,
        new Waiting(
            key,
            entry,
            Optional.of(pair.withoutValue()).filter(held -> memory.hasRoomFor(size(held)))));
  }

  private boolean add(String image, Waiting waiting) {
    List<Waiting> pairs = byImage.computeIfAbsent(image, first -> new ArrayList<>());
    pairs.add(waiting);
    return pairs.size() == 1;
  }

  /** Takes those of an image out. */
  List<Waiting> take(String image) {
    List<Waiting> pairs = Optional.ofNullable(byImage.remove(image)).orElse(List.of());
    for (Waiting pair : pairs) {
      store.put(pair.key(), null); // delete would read it once more
      memory.bytes.addAndGet(-pair.size());
    }
    return pairs;
  }

  /** Lets go of what is in memory. */
  void end() {
    byImage.values().forEach(pairs -> pairs.forEach(one -> memory.bytes.addAndGet(-one.size())));
    byImage.clear();
  }

  private static String imageOf(String key) {
    return key.substring(0, key.indexOf('/'));
  }

  private static long size(Tracked<PreparedPair> tracked) {
    PreparedPair pair = tracked.stage();
    return FIELDS_BYTES
        + tracked.raw().headerBytes()
        + pair.getImage().remaining()
        + pair.getRenditions().stream().mapToLong(each -> each.getImage().remaining()).sum();
  }
}
