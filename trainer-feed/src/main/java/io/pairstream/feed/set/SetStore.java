package io.pairstream.feed.set;

import io.pairstream.feed.source.FeedRefusedException;
import io.pairstream.schemas.Sha256;
import io.pairstream.storage.ObjectStore;
import io.pairstream.storage.ObjectStore.ObjectInfo;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** A set's objects in their store, and the commits that say which of them count. */
final class SetStore {

  private static final String MANIFESTS = "manifests/";
  private static final Pattern MANIFEST = Pattern.compile("manifests/(\\d{12})\\.json");
  private static final Pattern DATA =
      Pattern.compile("(training|validation|test)/\\d{6}-[0-9a-f]{32}\\.(tar|parquet)");

  /** Objects that a killed export may leave before its first commit. */
  private static final Pattern LEFT =
      Pattern.compile(DATA + "|checks/[0-9a-f-]+|(\\w+/)?\\.[0-9a-f-]+\\.part");

  private final ObjectStore store;

  SetStore(ObjectStore store) {
    this.store = store;
  }

  /** An object's size in bytes, and its SHA-256 in lower-case hex. */
  record Digest(long bytes, String sha256) {}

  ObjectStore objects() {
    return store;
  }

  String url() {
    return store.url();
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
    return store.list(MANIFESTS).stream()
        .map(one -> MANIFEST.matcher(one.key()))
        .filter(Matcher::matches)
        .mapToLong(key -> Long.parseLong(key.group(1)));
  }

  SetManifest read(long number) throws IOException {
    String key = SetManifest.key(number);
    return SetManifest.parse(store.read(key), url() + "/" + key);
  }

  /**
   * Writes the next commit.
   *
   * @return the set as it is then
   * @throws FeedRefusedException where another writer was first
   */
  SetManifest commit(SetManifest next) throws IOException {
    if (!store.create(SetManifest.key(next.number()), next.toJson())) {
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
        store.list("").stream().filter(one -> !LEFT.matcher(one.key()).matches()).findFirst();
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
    MessageDigest digest = Sha256.begin();
    try (InputStream input = store.stream(key);
        OutputStream output = new DigestOutputStream(Files.newOutputStream(file), digest)) {
      long bytes = input.transferTo(output);
      return new Digest(bytes, HexFormat.of().formatHex(digest.digest()));
    }
  }

  /** Objects that are no part of a set at a commit, by key. */
  List<String> strangers(SetManifest manifest) throws IOException {
    Set<String> known = manifest.objects().collect(Collectors.toSet());
    return store.list("").stream()
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
      if (store.find(SetManifest.key(number)).isPresent()) {
        for (String key : read(number).objects().filter(left::contains).toList()) {
          store.delete(key);
          left.remove(key);
        }
      }
    }
  }
}
