package io.pairstream.feed.set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.feed.set.SetFixture.MemoryStore;
import io.pairstream.feed.set.SetManifest.Shard;
import io.pairstream.feed.set.SetManifest.Split;
import io.pairstream.feed.source.FeedRefusedException;
import io.pairstream.storage.ObjectStore;
import io.pairstream.storage.S3Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SetExportTest {

  @TempDir Path folder;

  private SetFixture sets;

  @BeforeEach
  void begin() throws IOException {
    sets = new SetFixture(folder);
  }

  /** The files beside this test are read back by other loaders in Python's. */
  @Test
  void writesTheSetThatOtherLoadersRead() throws Exception {
    sets.drawing = ExportedSample::stored;
    sets.export(SetFixture.file(0, ExportedSample.STORED, 4), "set");
    sets.takedowns.add("PAIR/" + ExportedSample.id(1));
    sets.export(SetFixture.file(0, ExportedSample.STORED, 4), "set");

    // To be copied where the format is changed on purpose.
    Path actual = Path.of("target/exported-set");
    Map<String, ByteBuffer> written = sets.objects("set");
    for (Map.Entry<String, ByteBuffer> one : written.entrySet()) {
      Path file = actual.resolve(one.getKey());
      Files.createDirectories(file.getParent());
      Files.write(file, one.getValue().array());
    }
    Path golden = Path.of(getClass().getResource("golden").toURI());
    SetFixture expected = new SetFixture(golden.getParent());
    assertThat(written.keySet()).isEqualTo(expected.objects("golden").keySet());
    assertThat(written).isEqualTo(expected.objects("golden"));
    assertThat(sets.check("set").problems()).isEmpty();
  }

  /** Killed before or after each single change of the store, in an export and in an erasure. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void endsWithTheSameBytesWhereverItWasKilled(boolean isAfter) throws IOException {
    ExportPlan plan = SetFixture.file(0, 34, 2);
    MemoryStore whole = new MemoryStore();
    export(plan, whole);
    sets.takedowns.add("PAIR/" + ExportedSample.id(7));
    export(plan, whole);
    assertThat(whole.objects).containsKey("manifests/000000000004.json");

    boolean isKilled = true;
    for (int changes = 0; isKilled; changes++) {
      MemoryStore store = new MemoryStore();
      sets.takedowns.clear();
      store.kill(changes, isAfter);
      isKilled = !export(plan, store);
      store.kill(Integer.MAX_VALUE, isAfter);
      export(plan, store);
      sets.takedowns.add("PAIR/" + ExportedSample.id(7));
      store.kill(changes, isAfter);
      isKilled |= !export(plan, store);
      store.kill(Integer.MAX_VALUE, isAfter);
      export(plan, store);

      assertThat(store.objects).as("killed at change %d", changes).isEqualTo(whole.objects);
    }
  }

  /** Exports; answers whether that was not killed. */
  private boolean export(ExportPlan plan, MemoryStore store) throws IOException {
    try {
      sets.export(plan, store, "training", SetFixture.SET);
      return true;
    } catch (IOException e) {
      assertThat(e).hasMessage("killed");
      return false;
    }
  }

  @Test
  void writesErasesAndProvesASetInABucket() throws Exception {
    ExportPlan plan = SetFixture.file(0, 6, 3);
    sets.export(plan, "set");
    try (S3Server server = new S3Server(folder);
        ObjectStore bucket = ObjectStore.open("s3://bucket/photos")) {
      assertThat(server.url()).isNotNull();
      sets.export(plan, bucket, "training", SetFixture.SET);
      sets.takedowns.add("PAIR/" + ExportedSample.id(4));
      sets.export(plan, "set");
      sets.export(plan, bucket, "training", SetFixture.SET);

      assertThat(SetCheck.of(bucket, (shards, of, bytes) -> {}).problems()).isEmpty();
      for (Map.Entry<String, ByteBuffer> one : sets.objects("set").entrySet()) {
        assertThat(bucket.read(one.getKey())).isEqualTo(one.getValue().array());
      }
      assertThat(bucket.list("")).hasSameSizeAs(sets.objects("set").keySet());
    }
  }

  @Test
  void commitsEverySixteenShardsAndAtTheEnd() throws IOException {
    SetExport.Summary summary = sets.export(SetFixture.file(0, 36, 2), "set");

    assertThat(summary.manifest()).isEqualTo(2);
    SetStore store = new SetStore(sets.store("set"));
    Split first = store.read(1).split("training").orElseThrow();
    assertThat(first.whole()).isFalse();
    assertThat(first.samples()).isEqualTo(32);
    Split last = store.read(2).split("training").orElseThrow();
    assertThat(last.whole()).isTrue();
    assertThat(last.shards().subList(0, 16)).isEqualTo(first.shards());
  }

  @Test
  void appendsWhatANamedViewGainsAndNothingTwice() throws IOException {
    sets.export(SetFixture.named(1, 5, 3), "set");
    Split before = sets.manifest("set").split("training").orElseThrow();

    sets.export(SetFixture.named(3, 5, 3), "set");
    SetExport.Summary again = sets.export(SetFixture.named(3, 5, 3), "set");

    Split after = sets.manifest("set").split("training").orElseThrow();
    assertThat(after.shards().subList(0, 2)).isEqualTo(before.shards());
    assertThat(after.shards()).extracting(Shard::rows).containsExactly(3, 2, 3, 3, 3, 1);
    assertThat(after.view().from()).isEqualTo(1);
    assertThat(again.manifest()).isEqualTo(2);
    assertThat(again.kept()).isEqualTo(6);
    assertThat(sets.check("set").problems()).isEmpty();
  }

  /** The view has grown meanwhile. */
  @Test
  void endsAKilledPartBeforeTheNextOne() throws IOException {
    MemoryStore store = new MemoryStore();
    store.kill(40, false);
    assertThat(export(SetFixture.named(2, 20, 2), store)).isFalse();
    store.kill(Integer.MAX_VALUE, false);

    export(SetFixture.named(3, 20, 2), store);

    Split split = new SetStore(store).newest().orElseThrow().split("training").orElseThrow();
    assertThat(split.shards()).hasSize(30);
    assertThat(split.view().from()).isEqualTo(2);
    assertThat(split.samples()).isEqualTo(60);
  }

  @Test
  void addsAnotherSplitToTheSet() throws IOException {
    sets.export(SetFixture.file(0, 4, 3), "set");
    sets.export(SetFixture.file(4, 6, 3), sets.store("set"), "test", "another id");

    SetManifest manifest = sets.manifest("set");

    assertThat(manifest.set()).isEqualTo(SetFixture.SET);
    assertThat(manifest.splits().keySet()).containsExactly("test", "training");
    assertThat(sets.check("set").samples()).isEqualTo(6);
  }

  @Test
  void refusesAnotherViewAnotherOrderAndAFolderOfSomethingElse() throws IOException {
    sets.export(SetFixture.file(0, 4, 3), "set");

    assertThatThrownBy(() -> sets.export(SetFixture.file(0, 5, 3), "set"))
        .isInstanceOf(FeedRefusedException.class)
        .hasMessageContaining("export into a new target");
    assertThatThrownBy(() -> sets.export(SetFixture.named(1, 4, 3), "set"))
        .hasMessageContaining("holds a view of a file")
        .hasMessageContaining("not the view grows");
    assertThatThrownBy(() -> sets.export(SetFixture.file(0, 4, 2), "set"))
        .hasMessageContaining("number of samples in a shard is '3', not '2'");
    Files.createDirectories(folder.resolve("photos"));
    Files.writeString(folder.resolve("photos/cat.jpg"), "");
    assertThatThrownBy(() -> sets.export(SetFixture.file(0, 4, 3), "photos"))
        .hasMessageContaining("holds cat.jpg and no set");
  }

  @Test
  void tellsTheLaterOfTwoWritersToGoOn() throws IOException {
    ExportPlan plan = SetFixture.file(0, 6, 3);
    sets.meanwhileAt = 5;
    sets.meanwhile =
        () -> {
          try {
            sets.export(plan, "set");
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        };

    assertThatThrownBy(() -> sets.export(plan, sets.store("set"), "training", "other"))
        .isInstanceOf(FeedRefusedException.class)
        .hasMessageContaining("another export commits to")
        .hasMessageContaining("the same command continues");

    SetExport.Summary after = sets.export(plan, sets.store("set"), "training", "other");
    assertThat(after.set()).isEqualTo(SetFixture.SET);
    assertThat(after.manifest()).isEqualTo(1);
    assertThat(sets.check("set").problems()).isEmpty();
  }

  @Test
  void leavesOutWhatIsWithdrawnBeforeItIsWritten() throws IOException {
    sets.takedowns.add("IMAGE/" + ExportedSample.digest(2));

    SetExport.Summary summary = sets.export(SetFixture.file(0, 6, 3), "set");

    assertThat(summary.leftOut()).isEqualTo(1);
    assertThat(sets.manifest("set").shards()).extracting(Shard::rows).containsExactly(2, 3);
  }
}
