package io.pairstream.operations.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operations.catalogue.Place;
import io.pairstream.operations.catalogue.Sent;
import io.pairstream.operations.profile.GeneratedHistory.Event;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.PairTopics;
import io.pairstream.schemas.wire.AvroSerdes;
import io.pairstream.schemas.wire.Registry;
import io.pairstream.service.table.Database;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileFoldTest {

  private static final PairTopics TOPICS =
      PairTopics.of(new Dataset("pairs"), new AvroSerdes(new Registry("mock://profile", Map.of())));

  @TempDir private Path folder;
  private Database table;

  @BeforeEach
  void open() {
    table = Database.open(folder.resolve("table.db"));
    fold().schema().forEach(table::execute);
  }

  @AfterEach
  void close() {
    table.close();
  }

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
    assertThat(rows("tally WHERE value = 'lighthouse'")).isEqualTo(1);
    fold.removed("a", place, table);

    for (String each : List.of("judged", "tally", "producer")) {
      assertThat(rows(each)).isZero();
    }
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
  void longTextsOfProducersAreCut() {
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

    assertThat(rows("(SELECT DISTINCT source_kind FROM tally)")).isEqualTo(1);
    assertThat(rows("tally WHERE length(value) > 120")).isZero();
    assertThat(rows("producer WHERE length(contributor) > 120")).isZero();
    ProfileReport report = report(ProfileQuestion.EVERYTHING);
    assertThat(report.pairs()).isEqualTo(3_000);
    assertThat(report.producers()).hasSize(50);
    assertThat(rows("producer")).isEqualTo(3_000);
    assertThat(report.words().counts().get(0)).isEqualTo(new Count("only", 2_999));
  }

  private static ProfileFold fold() {
    return new ProfileFold(TOPICS);
  }

  private ProfileReport report(ProfileQuestion question) {
    return ProfileReport.of(table, question);
  }

  private long rows(String of) {
    return table.first("SELECT count(*) FROM " + of, row -> row.getLong(1)).orElseThrow();
  }

  private static Place place(String lane) {
    return new Place("pairs." + lane.toLowerCase(Locale.ROOT), 0, 0, Instant.EPOCH);
  }

  private void apply(Event event, ProfileFold fold) {
    Place place = place(event.lane());
    if (event.value() instanceof PreparedPair pair) {
      fold.prepared(pair, place, table);
    } else if (event.value() instanceof QuarantinedPair pair) {
      Optional<Sent> sent = Optional.ofNullable(event.raw()).map(GeneratedHistory::sent);
      fold.quarantined(event.key(), pair, sent, place, table);
    } else if (event.value() instanceof Receipt receipt) {
      fold.receipt(event.key(), receipt, place, table);
    } else {
      fold.removed(event.key(), place, table);
    }
  }
}
