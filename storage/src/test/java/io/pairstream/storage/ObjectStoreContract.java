package io.pairstream.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.storage.ObjectStore.ObjectInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Promises of every store. */
abstract class ObjectStoreContract {

  private ObjectStore store;

  /** An empty store. */
  abstract ObjectStore store() throws IOException;

  @BeforeEach
  void open() throws IOException {
    store = store();
  }

  @Test
  void anObjectIsReadAsItWasWrittenLast(@TempDir Path folder) throws IOException {
    byte[] content = new byte[100_000];
    new Random(1).nextBytes(content);
    Path file = Files.write(folder.resolve("content"), content);

    store.put("training/a.tar", "before".getBytes(UTF_8));
    store.put("training/a.tar", file);

    assertThat(store.find("training/a.tar")).map(ObjectInfo::bytes).contains(100_000L);
    assertThat(store.read("training/a.tar")).isEqualTo(content);
  }

  @Test
  void ofWritersThatCreateOneKeyExactlyOneWins() throws Exception {
    ExecutorService writers = Executors.newFixedThreadPool(8);
    try {
      int wins = 0;
      for (Future<Boolean> writer :
          writers.invokeAll(
              IntStream.range(0, 8)
                  .mapToObj(i -> (Callable<Boolean>) () -> store.create("m/1.json", new byte[] {1}))
                  .toList())) {
        wins += writer.get() ? 1 : 0;
      }

      assertThat(wins).isOne();
    } finally {
      writers.shutdownNow();
    }
    assertThat(store.create("m/1.json", "later".getBytes(UTF_8))).isFalse();
    assertThat(store.read("m/1.json")).containsExactly(1);
    assertThat(store.list("")).extracting(ObjectInfo::key).containsExactly("m/1.json");
  }

  @Test
  void objectsAreListedByPrefixInTheOrderOfTheirKeys() throws IOException {
    for (String key : new String[] {"b/2", "b/10", "b-1", "a", "b/c/1", "ü ö"}) {
      store.put(key, key.getBytes(UTF_8));
    }

    assertThat(store.list(""))
        .extracting(ObjectInfo::key)
        .containsExactly("a", "b-1", "b/10", "b/2", "b/c/1", "ü ö");
    assertThat(store.list("b/")).extracting(ObjectInfo::bytes).containsExactly(4L, 3L, 5L);
    assertThat(store.list("b")).hasSize(4);
    assertThat(store.list("missing/")).isEmpty();
  }

  @Test
  void anObjectThatIsDeletedOrWasNeverThereIsMissing() throws IOException {
    store.put("a/b", new byte[1]);

    store.delete("a/b");
    store.delete("a/b");

    assertThat(store.find("a/b")).isEmpty();
    assertThatThrownBy(() -> store.read("a/b"))
        .isInstanceOf(NoSuchObjectException.class)
        .hasMessage(store.url() + "/a/b does not exist");
  }

  @Test
  void aStoreThatKeepsItsPromisesPassesTheCheckWhichLeavesNothing() throws IOException {
    store.requireFitForSets();

    assertThat(store.list("")).isEmpty();
  }
}
