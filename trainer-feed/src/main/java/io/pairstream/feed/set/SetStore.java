package io.pairstream.feed.set;

import io.pairstream.feed.source.FeedRefusedException;
import io.pairstream.storage.ObjectStore;
import io.pairstream.storage.ObjectStore.ObjectInfo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** A set's objects in their store, and the commits that say which of them count. */
record SetStore(ObjectStore objects) {

  private static final String MANIFESTS = "manifests/";
  private static final Pattern MANIFEST = Pattern.compile("manifests/(\\d{12})\\.json");
  private static final Pattern DATA =
      Pattern.compile("(training|validation|test)/\\d{6}-[0-9a-f]{32}\\.(tar|parquet)");

  /** Objects that a killed export may leave before its first commit. */
  private static final Pattern LEFT =
      Pattern.compile(DATA + "|checks/[0-9a-f-]+|(\\w+/)?\\.[0-9a-f-]+\\.part");

  /** An object's size in bytes, and its SHA-256 in lower-case hex. */
  record Digest(long bytes, String sha256) {}

  String url() {
    return objects.url();
  }

  /**
   * The last commit; empty where there is none.
   *
   * @throws FeedRefusedException where it is no manifest
   */
  Optional<SetManifest> newest() throws IOException {
    long last = numbers().max().orElse(0);
    return last == 0 ? Optional.empty() : Optional.of(read(last));
  }

  /** Number of the commits whose manifests are there. */
  long commits() throws IOException {
    return numbers().count();
  }

  private LongStream numbers() throws IOException {
    return objects.list(MANIFESTS).stream()
        .map(one -> MANIFEST.matcher(one.key()))
        .filter(Matcher::matches)
        .mapToLong(key -> Long.parseLong(key.group(1)));
  }

  SetManifest read(long number) throws IOException {
    String key = SetManifest.key(number);
    return SetManifest.parse(objects.read(key), url() + "/" + key);
  }

  /**
   * Writes the next commit.
   *
   * @return the set as it is then
   * @throws FeedRefusedException where another writer was first
   */
  SetManifest commit(SetManifest next) throws IOException {
    if (!objects.create(SetManifest.key(next.number()), next.toJson())) {
      throw new FeedRefusedException(
          "another export commits to %s at the same time; once it has ended, the same command continues"
              .formatted(url()));
    }
    return next;
  }

  /**
   * Checks that a new set may begin here.
   *
   * @throws FeedRefusedException where there are objects that no export leaves behind
   */
  void requireEmpty() throws IOException {
    Optional<ObjectInfo> other =
        objects.list("").stream().filter(one -> !LEFT.matcher(one.key()).matches()).findFirst();
    if (other.isPresent()) {
      throw new FeedRefusedException(
          "%s holds %s and no set; export into a folder or prefix of its own"
              .formatted(url(), other.get().key()));
    }
  }

  /**
   * Copies an object into a file.
   *
   * @return what came
   */
  Digest fetch(String key, Path file) throws IOException {
    try (InputStream input = objects.stream(key)) {
      return ShardFiles.write(file, input::transferTo);
    }
  }

  /** Objects that are no part of a set at a commit, by key. */
  List<String> strangers(SetManifest manifest) throws IOException {
    Set<String> known = manifest.objects().collect(Collectors.toSet());
    return objects.list("").stream()
        .map(ObjectInfo::key)
        .filter(
            key ->
                !known.contains(key)
                    && !MANIFEST.matcher(key).matches()
                    && !SetCard.KEYS.contains(key))
        .toList();
  }

  /** Deletes tars and indices that an earlier commit names and the last one does not. */
  void deleteReplaced(SetManifest last) throws IOException {
    Set<String> left =
        strangers(last).stream()
            .filter(key -> DATA.matcher(key).matches())
            .collect(Collectors.toCollection(HashSet::new));
    for (long number = last.number() - 1; number > 0 && !left.isEmpty(); number--) {
      // A set that was copied in part may lack it.
      if (objects.find(SetManifest.key(number)).isPresent()) {
        for (String key : read(number).objects().filter(left::contains).toList()) {
          objects.delete(key);
          left.remove(key);
        }
      }
    }
  }
}
