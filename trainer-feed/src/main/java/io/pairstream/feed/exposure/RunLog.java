package io.pairstream.feed.exposure;

import io.pairstream.schemas.RunExtent;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Contents of the topic of runs: checkpoints, and the extents of epochs over growing views. */
public final class RunLog {

  private final Map<String, Checkpoint> checkpoints = new LinkedHashMap<>();
  private final Map<String, RunExtent> extents = new HashMap<>();

  /**
   * A checkpoint that was noted.
   *
   * @param run name of its run
   * @param name its own
   * @param note what was noted
   */
  public record Checkpoint(String run, String name, RunExtent note) {

    /** Unique name: run and checkpoint. */
    public String id() {
      return run + '/' + name;
    }

    /** Id of the one from which its run went on; empty where there is none. */
    public String parentId() {
      String parent = note.getParent();
      return parent.isEmpty() || parent.contains("/") ? parent : run + '/' + parent;
    }
  }

  /**
   * Takes a record, in the order of the topic.
   *
   * @param note null where it is a tombstone or cannot be read
   */
  public void take(String key, RunExtent note) {
    String[] names = key.split("/", -1);
    if (names.length == 2) {
      // One that is noted anew is a later one.
      checkpoints.remove(key);
      if (note != null) {
        checkpoints.put(key, new Checkpoint(names[0], names[1], note));
      }
    } else if (note != null) {
      extents.putIfAbsent(note.getRun() + '/' + note.getEpoch(), note);
    }
  }

  /** The checkpoints, in the order in which they were noted. */
  public Collection<Checkpoint> checkpoints() {
    return checkpoints.values();
  }

  /** Extent of a run's epoch; empty where the run has not reached it. */
  Optional<RunExtent> extent(String run, long epoch) {
    return Optional.ofNullable(extents.get(run + '/' + epoch));
  }
}
