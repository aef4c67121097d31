package io.pairstream.preprocess.topology;

import io.pairstream.schemas.PreparedPair;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.streams.processor.TaskId;

/**
 * Prepared pairs in memory while their pictures are looked up, of all tasks of the process.
 *
 * <p>What finds no room is not held, and is prepared once more. Thread-safe.
 */
final class HeldPairs {

  /** Bytes of a pair besides its pictures. */
  private static final int FIELDS_BYTES = 4 * 1024;

  private final long mostBytes;
  private final AtomicLong bytes = new AtomicLong();
  private final Map<TaskId, Map<String, Tracked<PreparedPair>>> ofTasks = new ConcurrentHashMap<>();

  HeldPairs(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** Holds a pair if there is room. */
  void add(TaskId task, String key, Tracked<PreparedPair> pair) {
    if (bytes.addAndGet(size(pair)) <= mostBytes) {
      count(ofTasks.computeIfAbsent(task, first -> new ConcurrentHashMap<>()).put(key, pair));
    } else {
      count(pair);
    }
  }

  /** Takes a pair out, if it is held. */
  Optional<Tracked<PreparedPair>> take(TaskId task, String key) {
    return Optional.ofNullable(ofTasks.get(task)).map(pairs -> pairs.remove(key)).map(this::count);
  }

  /** Lets go of all pairs of a task. */
  void forget(TaskId task) {
    Optional.ofNullable(ofTasks.remove(task))
        .ifPresent(pairs -> List.copyOf(pairs.values()).forEach(this::count));
  }

  private Tracked<PreparedPair> count(Tracked<PreparedPair> gone) {
    bytes.addAndGet(gone == null ? 0 : -size(gone));
    return gone;
  }

  private static long size(Tracked<PreparedPair> tracked) {
    PreparedPair pair = tracked.stage();
    return FIELDS_BYTES
        + tracked.raw().headerBytes()
        + pair.getImage().remaining()
        + pair.getRenditions().stream().mapToLong(each -> each.getImage().remaining()).sum();
  }
}
