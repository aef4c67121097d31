package io.pairstream.feed.set;

import io.pairstream.feed.set.SetExport.Origin;
import io.pairstream.feed.set.SetManifest.Source;
import io.pairstream.feed.source.Takedowns;
import io.pairstream.feed.view.Block;
import io.pairstream.feed.view.View;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.storage.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Sets of drawn pairs in folders, whose pair at each offset of the topic has the same number. */
final class SetFixture implements Takedowns {

  static final String SET = "00000000-0000-4000-8000-000000000000";

  /** Keys of the takedowns in force. */
  final Set<String> takedowns = new TreeSet<>();

  final List<String> notices = new ArrayList<>();

  /** Runs before the pair of this number is read. */
  Runnable meanwhile = () -> {};

  long meanwhileAt = -1;

  private final Path folder;
  private final Path temporary;

  /** Makes pairs. */
  interface Drawing {
    PreparedPair of(int number) throws IOException;
  }

  Drawing drawing = ExportedSample::drawn;

  SetFixture(Path folder) throws IOException {
    this.folder = folder;
    this.temporary = Files.createDirectories(folder.resolve("temporary"));
  }

  ObjectStore store(String name) {
    return ObjectStore.open(folder.resolve(name).toString());
  }

  /** A view of a file with the pairs of these numbers, from the first to below the second. */
  static ExportPlan file(int from, int to, int shardSamples) {
    return ExportPlan.of(view(from, to), ExportPlan.viewOrder(), shardSamples);
  }

  /** A named view, each of whose segments has so many pairs. */
  static ExportPlan named(int segments, int size, int shardSamples) {
    return new ExportPlan(
        "grows",
        segments,
        (from, to) -> view(from * size, to * size),
        ExportPlan.viewOrder(),
        shardSamples);
  }

  private static View view(int from, int to) {
    Block block = new Block(0, from, 100L * (to - from), List.of(to - from));
    return new View("pairs.training", "id", Instant.EPOCH, List.of(), List.of(block));
  }

  SetExport.Summary export(ExportPlan plan, String name) throws IOException {
    return export(plan, store(name), "training", SET);
  }

  SetExport.Summary export(ExportPlan plan, ObjectStore store, String split, String id)
      throws IOException {
    Origin origin =
        new Origin(
            "pairs",
            split,
            new Source("pairs." + split, "id"),
            this::read,
            pair ->
                List.of(
                    new ModelAnswer("aesthetic", "ab12", 5.25, null),
                    new ModelAnswer("kind", "ab12", null, "photo")),
            this);
    SetExport.Listener listener =
        new SetExport.Listener() {
          @Override
          public void written(long samples, long of, long bytes) {}

          @Override
          public void notice(String sentence) {
            notices.add(sentence);
          }
        };
    return new SetExport(new SetStore(store), plan, origin, listener, temporary, id).run();
  }

  private void read(View view, long from, long to, SetExport.Taker taker) throws IOException {
    for (long place = from; place < to; place++) {
      long number = view.blocks().get(0).begin() + place;
      if (number == meanwhileAt) {
        meanwhileAt = -1;
        meanwhile.run();
      }
      taker.take(drawing.of((int) number));
    }
  }

  SetCheck.Report check(String name) throws IOException {
    return SetCheck.of(store(name), (shards, of, bytes) -> {});
  }

  SetManifest manifest(String name) throws IOException {
    return new SetStore(store(name)).newest().orElseThrow();
  }

  /** Contents of all objects, by key. */
  Map<String, ByteBuffer> objects(String name) throws IOException {
    Map<String, ByteBuffer> objects = new TreeMap<>();
    ObjectStore store = store(name);
    for (ObjectStore.ObjectInfo one : store.list("")) {
      objects.put(one.key(), ByteBuffer.wrap(store.read(one.key())));
    }
    return objects;
  }

  @Override
  public String digest() {
    return String.join("\n", takedowns);
  }

  @Override
  public boolean isAny() {
    return !takedowns.isEmpty();
  }

  @Override
  public boolean holds(List<String> keys) {
    return keys.stream().anyMatch(takedowns::contains);
  }

  /** A store in memory, whose writer can be killed at a change: before it is done, or after. */
  static final class MemoryStore implements ObjectStore {

    final Map<String, ByteBuffer> objects = new TreeMap<>();
    private boolean isAfter;
    private int left = Integer.MAX_VALUE;

    /** Lets the writer do so many changes more. */
    void kill(int changes, boolean isKilledAfter) {
      left = changes;
      isAfter = isKilledAfter;
    }

    private void change(Runnable change) throws IOException {
      left--;
      if (left < 0 && !isAfter) {
        throw new IOException("killed");
      }
      change.run();
      if (left < 0) {
        throw new IOException("killed");
      }
    }

    @Override
    public void put(String key, Path file) throws IOException {
      put(key, Files.readAllBytes(file));
    }

    @Override
    public void put(String key, byte[] content) throws IOException {
      change(() -> objects.put(key, ByteBuffer.wrap(content)));
    }

    @Override
    public boolean create(String key, byte[] content) throws IOException {
      boolean isNew = !objects.containsKey(key);
      change(() -> objects.putIfAbsent(key, ByteBuffer.wrap(content)));
      return isNew;
    }

    @Override
    public void delete(String key) throws IOException {
      change(() -> objects.remove(key));
    }

    @Override
    public String url() {
      return "memory";
    }

    @Override
    public Optional<ObjectInfo> find(String key) {
      return list(key).stream().filter(one -> one.key().equals(key)).findFirst();
    }

    @Override
    public InputStream stream(String key) {
      return new ByteArrayInputStream(objects.get(key).array());
    }

    @Override
    public List<ObjectInfo> list(String prefix) {
      return objects.entrySet().stream()
          .filter(one -> one.getKey().startsWith(prefix))
          .map(one -> new ObjectInfo(one.getKey(), one.getValue().remaining(), Instant.EPOCH))
          .toList();
    }

    @Override
    public void close() {}
  }
}
