package io.pairstream.operations.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SortedEntriesTest {

  private static final int KEY = Long.BYTES;
  private static final int ENTRY = KEY + Integer.BYTES;

  @TempDir private Path folder;

  private record Entry(long key, int number) {}

  private static List<Entry> read(SortedEntries entries) {
    List<Entry> read = new ArrayList<>();
    entries.forEach(from -> read.add(new Entry(from.getLong(), from.getInt())));
    return read;
  }

  private static void add(SortedEntries to, Entry entry) {
    to.add(buffer -> buffer.putLong(entry.key()).putInt(entry.number()));
  }

  @Test
  void givesEntriesInOrderOfTheirKeysAndEqualOnesAsTheyCame() {
    Random random = new Random(1);
    List<Entry> added = new ArrayList<>();
    List<Entry> after;
    List<Entry> before;
    try (SortedEntries entries = new SortedEntries(folder, KEY, ENTRY, 700)) {
      for (int number = 0; number < 20_000; number++) {
        added.add(new Entry(random.nextInt(3_000) - 1_500, number));
        add(entries, added.get(number));
      }
      before = read(entries);
      Entry late = new Entry(7, 20_000);
      added.add(late);
      add(entries, late);
      after = read(entries);
    }

    // Bytes have no sign: -1 is the largest.
    Comparator<Entry> order = (a, b) -> Long.compareUnsigned(a.key(), b.key());
    assertThat(before).isEqualTo(added.subList(0, 20_000).stream().sorted(order).toList());
    assertThat(after).isEqualTo(added.stream().sorted(order).toList());
  }

  @Test
  void ofNothingThereIsNothing() {
    try (SortedEntries entries = new SortedEntries(folder, KEY, ENTRY)) {
      assertThat(read(entries)).isEmpty();
    }
  }

  @Test
  void leavesNoFileHoweverItEnds() throws IOException {
    try (SortedEntries entries = new SortedEntries(folder, KEY, ENTRY, 2);
        Stream<Path> files = Files.list(folder)) {
      add(entries, new Entry(1, 1));

      assertThat(read(entries)).hasSize(1);
      assertThat(files).isEmpty();
    }
  }

  @Test
  void saysWhereItCannotWrite() {
    Path nowhere = folder.resolve("not there");

    assertThatThrownBy(() -> new SortedEntries(nowhere, KEY, ENTRY))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot keep its notes in " + nowhere);
  }
}
