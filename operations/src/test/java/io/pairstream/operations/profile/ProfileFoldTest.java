package io.pairstream.operations.profile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operations.catalogue.Place;
import io.pairstream.operations.profile.GeneratedHistory.Event;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.table.Table;
import io.pairstream.service.table.TopicTable;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileFoldTest {

  private static final PairTopics TOPICS =
      PairTopics.of(new Dataset("pairs"), new AvroSerdes(new Registry("mock://profile", Map.of())));

  private final SortedTable table = new SortedTable();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void sumsAreThoseOfAPlainCount(long seed) {
    GeneratedHistory history = new GeneratedHistory(seed, 400);
    ProfileFold fold = fold();

    history.events().forEach(event -> apply(event, fold));

    Recounted.isAsCounted(report(ProfileQuestion.EVERYTHING), history, ProfileQuestion.EVERYTHING);
    for (ProfileQuestion question :
        List.of(
            ProfileQuestion.of("training", ""),
            ProfileQuestion.of("", "scraped"),
            ProfileQuestion.of("test", "UNKNOWN"))) {
      Recounted.isAsCounted(report(question), history, question);
    }
  }

  @Test
  void restartsAndWritesThatFailChangeNothing() {
    GeneratedHistory history = new GeneratedHistory(11, 300);
    ProfileFold fold = fold();

    List<Event> events = history.events();
    int next = 0;
    boolean failed = false;
    while (next < events.size()) {
      int end = Math.min(events.size(), next + 40);
      SortedTable before = table.copy();
      for (Event event : events.subList(next, end)) {
        apply(event, fold);
      }
      if (next % 120 == 40 && !failed) {
        table.become(before); // the write has failed, and the records come again
        failed = true;
        continue;
      }
      if (next % 120 == 80) {
        fold = fold(); // a restart
      }
      failed = false;
      next = end;
    }

    Recounted.isAsCounted(report(ProfileQuestion.EVERYTHING), history, ProfileQuestion.EVERYTHING);
  }

  @Test
  void beginsAgainWhereTheTableIsEmptied() {
    GeneratedHistory history = new GeneratedHistory(12, 50);
    ProfileFold fold = fold();
    new GeneratedHistory(13, 50).events().forEach(event -> apply(event, fold));

    table.become(new SortedTable());
    history.events().forEach(event -> apply(event, fold));

    Recounted.isAsCounted(report(ProfileQuestion.EVERYTHING), history, ProfileQuestion.EVERYTHING);
  }

  @Test
  void tableHoldsNothingOfPairsThatAreGone() {
    ProfileFold fold = fold();
    PreparedPair pair =
        PreparedPair.newBuilder()
            .setPairId("a")
            .setCaption("a lighthouse")
            .setContributor("museum")
            .setSplit("TRAINING")
            .build();
    Place place = place("TRAINING");

    fold.prepared(pair, place, table);
    assertThat(table.keys()).anyMatch(key -> key.endsWith("/lighthouse"));
    fold.removed("a", place, table);

    assertThat(table.keys())
        .noneMatch(key -> key.startsWith("pair/") || key.startsWith("value/"))
        .noneMatch(key -> key.startsWith("producer/"));
    assertThat(report(ProfileQuestion.EVERYTHING).pairs()).isZero();
  }

  @Test
  void aPairThatWasLetInAgainIsNotWithdrawnAsWell() {
    ProfileFold fold = fold();
    Receipt old = Receipt.newBuilder().setPairId("a").setStanding("WITHDRAWN").build();

    fold.receipt("a", old, place("RECEIPTS"), table);
    fold.receipt("pairs.crowdsourced-0-7", old, place("RECEIPTS"), table);
    assertThat(report(ProfileQuestion.EVERYTHING).counts().get("standing").counts())
        .containsExactly(new Count("WITHDRAWN", 1));
    fold.receipt(
        "a", Receipt.newBuilder(old).setStanding("TRAINING").build(), place("RECEIPTS"), table);

    assertThat(report(ProfileQuestion.EVERYTHING).counts().get("standing").counts()).isEmpty();
  }

  @Test
  void longAndManifoldTextsOfProducersTakeBoundedSpace() {
    ProfileFold fold = fold();
    String longText = "x".repeat(100_000);
    StringBuilder caption = new StringBuilder();
    for (int i = 0; i < 5_000; i++) {
      caption.append("word").append((char) ('a' + i % 26)).append(i).append(' ');
    }

    for (int i = 0; i < 3_000; i++) {
      fold.prepared(
          PreparedPair.newBuilder()
              .setPairId("p" + i)
              .setSourceKind("kind " + i)
              .setContributor("c" + i + longText)
              .setLicence("l" + i)
              .setCaption(i == 0 ? caption.toString() : "only " + i)
              .setSplit("TRAINING")
              .build(),
          place("TRAINING"),
          table);
    }

    assertThat(table.keys().stream().filter(key -> key.startsWith("slice/"))).hasSize(1);
    assertThat(table.keys().stream().filter(key -> key.startsWith("producer/"))).hasSize(1_000);
    assertThat(table.keys().stream().filter(key -> key.contains("/LICENCE/"))).hasSize(1_000);
    assertThat(table.keys()).allMatch(key -> key.length() < 200);
    ProfileReport report = report(ProfileQuestion.EVERYTHING);
    assertThat(report.pairs()).isEqualTo(3_000);
    assertThat(report.producersAreExact()).isFalse();
    assertThat(report.counts().get("licence").error()).isEqualTo(3);
    assertThat(report.words().counts().get(0)).isEqualTo(new Count("only", 2_999));
  }

  private static ProfileFold fold() {
    return new ProfileFold(TOPICS);
  }

  private ProfileReport report(ProfileQuestion question) {
    return ProfileReport.of(ProfileTable.read(table::scan), question);
  }

  private static Place place(String lane) {
    return new Place("pairs." + lane.toLowerCase(Locale.ROOT), 0, 0, Instant.EPOCH);
  }

  private void apply(Event event, ProfileFold fold) {
    Place place = place(event.lane());
    if (event.prepared().isPresent()) {
      assertThat(PairStatus.valueOf(event.prepared().get().getSplit()).name())
          .isEqualTo(event.lane());
      fold.prepared(event.prepared().get(), place, table);
    } else if (event.quarantined().isPresent()) {
      fold.quarantined(
          event.key(),
          event.quarantined().get(),
          event.raw().map(GeneratedHistory::sent),
          place,
          table);
    } else if (event.receipt().isPresent()) {
      fold.receipt(event.key(), event.receipt().get(), place, table);
    } else {
      fold.removed(event.key(), place, table);
    }
  }

  /** A table in memory. */
  private static final class SortedTable implements Table {

    private final TreeMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);

    SortedTable copy() {
      SortedTable copy = new SortedTable();
      copy.entries.putAll(entries);
      return copy;
    }

    void become(SortedTable other) {
      entries.clear();
      entries.putAll(other.entries);
    }

    List<String> keys() {
      return entries.keySet().stream().map(key -> new String(key, UTF_8)).toList();
    }

    @Override
    public Optional<byte[]> get(byte[] key) {
      return Optional.ofNullable(entries.get(key));
    }

    @Override
    public void put(byte[] key, byte[] value) {
      entries.put(key, value);
    }

    @Override
    public void delete(byte[] key) {
      entries.remove(key);
    }

    @Override
    public void scan(byte[] prefix, TopicTable.Visitor visitor) {
      for (Map.Entry<byte[], byte[]> entry : entries.tailMap(prefix, true).entrySet()) {
        byte[] key = entry.getKey();
        if (key.length < prefix.length
            || !Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length)
            || !visitor.visit(key, entry.getValue())) {
          return;
        }
      }
    }
  }
}
