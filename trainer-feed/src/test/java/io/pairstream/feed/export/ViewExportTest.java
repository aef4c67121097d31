package io.pairstream.feed.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.feed.source.FeedRefusedException;
import io.pairstream.feed.view.Block;
import io.pairstream.feed.view.View;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ViewExportTest {

  private static final int SAMPLES = 23;
  private static final int SHARD_SAMPLES = 5;
  private static final View VIEW =
      new View("pairs.training", "id", Instant.EPOCH, List.of(new Block(0, 0, 4600, List.of(23))));

  @TempDir Path folder;

  private final Drawn pairs = new Drawn();

  /** Stopped before each single pair, by the folder's state the same as by a kill. */
  @ParameterizedTest
  @EnumSource
  void goesOnWhereverItWasStopped(ExportFormat format) throws IOException {
    ViewExport.Summary whole = export(format, "whole");

    for (int stop = 0; stop < SAMPLES; stop++) {
      String name = "stopped-" + stop;
      pairs.stopAt = stop;
      assertThatThrownBy(() -> export(format, name)).hasMessage("stopped");
      pairs.stopAt = -1;
      ViewExport.Summary rest = export(format, name);

      assertThat(rest.kept()).isEqualTo(stop / SHARD_SAMPLES);
      assertThat(rest.samples()).isEqualTo(whole.samples());
      assertThat(files(name)).isEqualTo(files("whole"));
    }
  }

  /** The moments between writing a file, moving it to its place and noting it. */
  @Test
  void goesOnAfterAKillBetweenAShardAndItsNote() throws IOException {
    export(ExportFormat.WEBDATASET, "whole");
    pairs.stopAt = 5;
    assertThatThrownBy(() -> export(ExportFormat.WEBDATASET, "killed")).hasMessage("stopped");
    pairs.stopAt = -1;
    Path killed = folder.resolve("killed");
    Files.copy(folder.resolve("whole/pairs-000001.tar"), killed.resolve("pairs-000001.tar"));
    Files.writeString(killed.resolve("pairs-000002.tar.part"), "half");
    Files.writeString(killed.resolve("export.json.part"), "{\"format\"");

    ViewExport.Summary rest = export(ExportFormat.WEBDATASET, "killed");

    assertThat(rest.kept()).isEqualTo(1);
    assertThat(files("killed")).isEqualTo(files("whole"));
  }

  @Test
  void writesAgainWhatIsDamagedOrMissing() throws IOException {
    export(ExportFormat.WEBDATASET, "whole");
    export(ExportFormat.WEBDATASET, "damaged");
    Path damaged = folder.resolve("damaged/pairs-000001.tar");
    byte[] bytes = Files.readAllBytes(damaged);
    bytes[600] ^= 1;
    Files.write(damaged, bytes);
    Files.delete(folder.resolve("damaged/pairs-000003.tar"));

    ViewExport.Summary repaired = export(ExportFormat.WEBDATASET, "damaged");

    assertThat(repaired.kept()).isEqualTo(3);
    assertThat(pairs.notices)
        .hasSize(2)
        .allMatch(notice -> notice.contains("is not what export.json says"));
    assertThat(files("damaged")).isEqualTo(files("whole"));
  }

  @Test
  void leavesOutWhatWasWithdrawnAndSaysHowMuch() throws IOException {
    export(ExportFormat.WEBDATASET, "here");
    pairs.withdrawn.addAll(Set.of(7L, 8L, 20L));
    pairs.takedowns = "three";

    ViewExport.Summary later = export(ExportFormat.WEBDATASET, "here");

    assertThat(later.samples()).isEqualTo(20);
    assertThat(later.withdrawn()).isEqualTo(3);
    assertThat(later.kept()).isZero();
    assertThat(pairs.notices)
        .hasSize(5)
        .allMatch(notice -> notice.contains("other takedowns since"));
    byte[] shard = Files.readAllBytes(folder.resolve("here/pairs-000001.tar"));
    assertThat(new String(shard, StandardCharsets.ISO_8859_1))
        .contains(ExportedSample.id(6) + ".png")
        .doesNotContain(ExportedSample.id(7));
  }

  /** The first shards are finished by then. */
  @Test
  void honoursWhatIsTakenDownMeanwhileInAllShards() throws IOException {
    pairs.withdrawAt = 17;

    ViewExport.Summary summary = export(ExportFormat.WEBDATASET, "meanwhile");

    assertThat(summary.samples()).isEqualTo(SAMPLES - 1);
    pairs.withdrawAt = -1;
    assertThat(export(ExportFormat.WEBDATASET, "afterwards")).isEqualTo(summary);
    assertThat(files("meanwhile")).isEqualTo(files("afterwards"));
  }

  @Test
  void refusesAFolderOfAnotherExport() throws IOException {
    export(ExportFormat.WEBDATASET, "taken");

    assertThatThrownBy(() -> export(ExportFormat.PARQUET, "taken"))
        .isInstanceOf(FeedRefusedException.class)
        .hasMessageContaining("its kind is 'webdataset', this one's 'parquet'");
    View other =
        new View(
            "pairs.training", "id", Instant.EPOCH, List.of(new Block(0, 1, 4600, List.of(23))));
    ExportPlan ofOther =
        new ExportPlan(other, ExportFormat.WEBDATASET, ExportPlan.viewOrder(), SHARD_SAMPLES);
    assertThatThrownBy(
            () -> new ViewExport(ofOther, pairs, pairs.listener()).into(folder.resolve("taken")))
        .isInstanceOf(FeedRefusedException.class)
        .hasMessageContaining("its view is '" + VIEW.fingerprint());
  }

  @Test
  void refusesAFolderIntoWhichAnotherExportWrites() throws IOException {
    try (ExportFolder other = ExportFolder.open(folder.resolve("busy"))) {
      assertThat(other).isNotNull();
      assertThatThrownBy(() -> export(ExportFormat.WEBDATASET, "busy"))
          .isInstanceOf(FeedRefusedException.class)
          .hasMessageContaining("another export writes into");
    }
  }

  private ViewExport.Summary export(ExportFormat format, String name) throws IOException {
    pairs.notices.clear();
    ExportPlan plan = new ExportPlan(VIEW, format, ExportPlan.viewOrder(), SHARD_SAMPLES);
    return new ViewExport(plan, pairs, pairs.listener()).into(folder.resolve(name));
  }

  /** Contents by name, but for the lock. */
  private Map<String, ByteBuffer> files(String name) throws IOException {
    Map<String, ByteBuffer> files = new TreeMap<>();
    try (Stream<Path> list = Files.list(folder.resolve(name))) {
      for (Path file : list.filter(one -> !one.endsWith(".export.lock")).toList()) {
        files.put(file.getFileName().toString(), ByteBuffer.wrap(Files.readAllBytes(file)));
      }
    }
    return files;
  }

  /** Pairs of the view, each drawn from its place; hears what the export says. */
  private static final class Drawn implements ViewExport.Pairs {

    private final Set<Long> withdrawn = new HashSet<>();
    private final List<String> notices = new ArrayList<>();
    private String takedowns = "none";
    private long stopAt = -1;

    /** Before this place is read, the pair of place 3 is withdrawn. */
    private long withdrawAt = -1;

    @Override
    public void read(long from, long to, ViewExport.Taker taker) throws IOException {
      for (long at = from; at < to; at++) {
        if (at == stopAt) {
          throw new IOException("stopped");
        }
        if (at == withdrawAt) {
          withdrawn.add(3L);
          takedowns = "one";
        }
        if (!withdrawn.contains(at)) {
          taker.take(ExportedSample.drawn((int) at));
        }
      }
    }

    @Override
    public String takedowns() {
      return takedowns;
    }

    ViewExport.Listener listener() {
      return new ViewExport.Listener(
          samples -> assertThat(samples).isBetween(1L, (long) SAMPLES), notices::add);
    }
  }
}
