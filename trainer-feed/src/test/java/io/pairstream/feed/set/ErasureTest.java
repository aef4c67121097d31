package io.pairstream.feed.set;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.feed.set.SetManifest.Shard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErasureTest {

  private static final ExportPlan PLAN = SetFixture.file(0, 10, 4);

  @TempDir Path folder;

  private SetFixture sets;

  @BeforeEach
  void export() throws IOException {
    sets = new SetFixture(folder);
    sets.export(PLAN, "set");
  }

  /** The takedown is of one kind each. */
  @ParameterizedTest
  @CsvSource({
    "PAIR/00000000000000000000000000000005",
    "CONTRIBUTOR/contributor-of-5",
    "IMAGE/0000000000000000000000000000000000000000000000000000000000abcdf4"
  })
  void leavesNoByteOfWhatWasWithdrawn(String takedown) throws IOException {
    Shard before = shard(1);
    Map<Integer, Map<String, String>> rows = rows(before);
    byte[] tar = sets.store("set").read(before.data());
    sets.takedowns.add(takedown);

    SetExport.Summary summary = sets.export(PLAN, "set");

    assertThat(summary.withdrawn()).isEqualTo(1);
    assertThat(summary.samples()).isEqualTo(9);
    assertThat(sets.notices).singleElement().asString().endsWith("are erased: 1");
    byte[] picture =
        PictureFile.of(ExportedSample.drawn(5)).bytes(); // what differs from the others' is behind
    for (String secret :
        List.of(
            ExportedSample.id(5),
            ExportedSample.contributor(5),
            "第5只猫",
            ExportedSample.digest(5),
            new String(picture, 40, 30, StandardCharsets.ISO_8859_1))) {
      assertThat(sets.objects("set")).noneSatisfy((key, bytes) -> holds(bytes, secret));
    }
    Shard after = shard(1);
    assertThat(after.erased()).containsExactly(1);
    assertThat(after.bytes()).isEqualTo(before.bytes());
    Map<Integer, Map<String, String>> left = rows(after);
    for (int row : List.of(0, 2, 3)) {
      rows.get(row).put("picture.uri", after.data());
      assertThat(left.get(row)).isEqualTo(rows.get(row));
    }
    int hole = Integer.parseInt(left.get(1).get("sample.offset"));
    int behind = Integer.parseInt(left.get(2).get("sample.offset"));
    byte[] erased = sets.store("set").read(after.data());
    Arrays.fill(tar, hole, behind, (byte) 0);
    Arrays.fill(erased, hole, behind, (byte) 0);
    assertThat(erased).isEqualTo(tar);
    assertThat(left.get(1))
        .containsEntry("fold", "5")
        .containsEntry("answers.list.element.label", "photo")
        .doesNotContainKeys("pair_id", "caption", "labels.list.element", "picture.checksum");
    assertThat(sets.check("set").problems()).isEmpty();
  }

  private static void holds(ByteBuffer bytes, String secret) {
    String text = StandardCharsets.ISO_8859_1.decode(bytes.duplicate()).toString();
    boolean isAscii = secret.chars().allMatch(one -> one < 256);
    String bytewise =
        isAscii
            ? secret
            : new String(secret.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    assertThat(text).contains(bytewise);
  }

  @Test
  void bringsNothingBackWhenATakedownIsLifted() throws IOException {
    sets.takedowns.add("PAIR/" + ExportedSample.id(5));
    sets.export(PLAN, "set");
    Map<String, ByteBuffer> erased = sets.objects("set");
    sets.takedowns.clear();

    SetExport.Summary summary = sets.export(PLAN, "set");

    assertThat(summary.samples()).isEqualTo(9);
    assertThat(sets.objects("set")).isEqualTo(erased);
  }

  /** Two rows of one shard, one after the other; and one pair while the export goes on. */
  @Test
  void erasesAgainAndWhatIsWithdrawnMeanwhile() throws IOException {
    sets.takedowns.add("PAIR/" + ExportedSample.id(5));
    sets.export(PLAN, "set");
    sets.takedowns.add("PAIR/" + ExportedSample.id(7));
    sets.export(PLAN, "set");
    sets.meanwhileAt = 9;
    sets.meanwhile = () -> sets.takedowns.add("PAIR/" + ExportedSample.id(0));

    sets.export(PLAN, "other");

    assertThat(shard(1).erased()).containsExactly(1, 3);
    assertThat(rows(shard(1)).get(1))
        .containsEntry("measures.list.element.name", "blur\nsharpness");
    assertThat(sets.manifest("other").shards())
        .extracting(shard -> List.copyOf(shard.erased()))
        .containsExactly(List.of(0), List.of(), List.of());
    Files.delete(folder.resolve("set/manifests/000000000002.json"));
    assertThat(sets.check("set").problems()).isEmpty();
    assertThat(sets.check("set").manifestsGone()).isEqualTo(1);
    assertThat(sets.check("other").problems()).isEmpty();
  }

  @Test
  void checkNamesWhatIsWrongWithASet() throws IOException {
    Shard shard = shard(1);
    Path set = folder.resolve("set");
    List<List<String>> found = new ArrayList<>();
    Map<String, byte[]> whole = new TreeMap<>();
    for (Map.Entry<String, ByteBuffer> one : sets.objects("set").entrySet()) {
      whole.put(one.getKey(), one.getValue().array().clone());
    }
    for (Damage damage :
        List.<Damage>of(
            () -> Files.write(set.resolve(shard.data()), changed(whole.get(shard.data()))),
            () -> Files.write(set.resolve(shard.index()), changed(whole.get(shard.index()))),
            () -> Files.delete(set.resolve(shard.index())),
            () -> Files.writeString(set.resolve("training/notes.txt"), ""),
            () -> Files.delete(set.resolve("manifests/000000000001.json")))) {
      damage.run();
      try {
        found.add(sets.check("set").problems());
      } catch (RuntimeException e) {
        found.add(List.of(e.getMessage()));
      }
      Files.deleteIfExists(set.resolve("training/notes.txt"));
      for (Map.Entry<String, byte[]> one : whole.entrySet()) {
        Files.write(set.resolve(one.getKey()), one.getValue());
      }
    }

    assertThat(found).allSatisfy(problems -> assertThat(problems).hasSize(1));
    assertThat(found.stream().flatMap(List::stream).toList())
        .satisfiesExactly(
            one -> assertThat(one).startsWith(shard.data() + " is damaged"),
            one -> assertThat(one).startsWith(shard.index() + " is damaged"),
            one -> assertThat(one).startsWith(shard.index() + " is missing"),
            one -> assertThat(one).startsWith("training/notes.txt belongs to no commit"),
            one -> assertThat(one).startsWith("there is no set at " + folder.resolve("set")));
  }

  /** Changes a set. */
  private interface Damage {
    void run() throws IOException;
  }

  private static byte[] changed(byte[] content) {
    byte[] changed = content.clone();
    changed[600] ^= 1;
    return changed;
  }

  private Shard shard(int number) throws IOException {
    return sets.manifest("set").split("training").orElseThrow().shards().get(number);
  }

  private Map<Integer, Map<String, String>> rows(Shard shard) throws IOException {
    Map<Integer, Map<String, String>> rows = new TreeMap<>();
    Path index = folder.resolve("set").resolve(shard.index());
    IndexFile.readAll(index, column -> true, rows::put);
    return rows;
  }
}
