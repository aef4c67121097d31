package io.pairstream.operate.instances;

import static io.pairstream.operate.instances.Played.NOON;
import static io.pairstream.operate.instances.Played.status;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operate.instances.Instances.Limit;
import io.pairstream.schemas.Metric;
import io.pairstream.service.transactions.AbandonedTransaction;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InstancesTest {

  private final Instances book = new Instances(Clock.systemUTC());

  @Test
  void whoEndsInAnOrderlyWayIsGone() {
    note("feed/b", "feed", "b", NOON);
    book.forget("feed/b");

    assertThat(book.at(NOON)).isEmpty();
  }

  @Test
  void whoMissesReportsIsSilentAndForgottenAfterADay() {
    note("feed/b", "feed", "b", NOON);

    assertThat(book.at(NOON.plusSeconds(15)).get(0).silent()).isFalse();
    assertThat(book.at(NOON.plusSeconds(16)).get(0).silent()).isTrue();
    assertThat(book.at(NOON.plus(Duration.ofDays(1)))).hasSize(1);
    assertThat(book.at(NOON.plus(Duration.ofDays(1)).plusSeconds(1))).isEmpty();
  }

  @Test
  void whoHasASuccessorIsNotMissed() {
    note("ingest/old", "ingest", "old", NOON);
    note("fetch/other", "fetch", "other", NOON.plusSeconds(60));
    assertThat(book.at(NOON.plusSeconds(60))).extracting(Instance::silent).contains(true);
    book.note(
        "ingest/new",
        status("ingest", "new", NOON.plusSeconds(50)).setStartedAt(NOON.plusSeconds(40)).build(),
        NOON.plusSeconds(50));
    note("ingest/beside", "ingest", "beside", NOON.plusSeconds(60));

    assertThat(book.at(NOON.plusSeconds(60)))
        .extracting(instance -> instance.status().getInstance())
        .containsExactly("other", "beside", "new");
  }

  @Test
  void theLimitsOfARecipeAreThoseThatItsProcessReports() {
    Map<String, String> limited = Map.of("measure", "sharpness", "bound", "AT_LEAST");
    book.note(
        "preprocess/a",
        status("preprocess", "a", Instant.now())
            .setFacts(Map.of("recipe_version", "7f"))
            .setMetrics(
                List.of(
                    new Metric("recipe_limit", "GAUGE", "", limited, 9.5),
                    new Metric("stream_threads", "GAUGE", "", Map.of(), 2.0)))
            .build(),
        Instant.now());

    assertThat(book.limits("7f")).containsExactly(new Limit("sharpness", "AT_LEAST", 9.5));
    assertThat(book.limits("80")).isEmpty();
  }

  @Test
  void aTrainerIsReplacedByOneOfItsOwnRunAlone() {
    trainer("a1", "view A, seed 1", NOON.minusSeconds(60), NOON);
    trainer("b1", "view B, seed 1", NOON.plusSeconds(40), NOON.plusSeconds(60));

    assertThat(names(NOON.plusSeconds(61))).containsExactly("a1 silent", "b1");

    trainer("a2", "view A, seed 1", NOON.plusSeconds(70), NOON.plusSeconds(75));

    assertThat(names(NOON.plusSeconds(75))).containsExactly("b1", "a2");
  }

  private void trainer(String name, String run, Instant startedAt, Instant at) {
    book.note(
        "feed/" + name,
        status("feed", name, at).setStartedAt(startedAt).setFacts(Map.of("run", run)).build(),
        at);
  }

  private List<String> names(Instant now) {
    return book.at(now).stream()
        .map(one -> one.status().getInstance() + (one.silent() ? " silent" : ""))
        .toList();
  }

  @Test
  void transactionalIdsAreThoseOfTheInstanceThatReportsThem() {
    Instant now = Instant.now();
    book.note(
        "preprocess/a",
        status("preprocess", "a", now)
            .setFacts(Map.of(AbandonedTransaction.IDS_FACT, "p-1-1 p-1-10"))
            .build(),
        now);

    assertThat(book.named("p-1-10")).isEqualTo("a");
    assertThat(book.named("p-1-1")).isEqualTo("a");
    assertThat(book.named("p-1")).isEqualTo("p-1");
  }

  @Test
  void ratesAreThoseOfTheLastReports() {
    for (int i = 0; i <= 10; i++) {
      Instant at = NOON.plusSeconds(5L * i);
      // Ten per second at first, two per second of late.
      long count = i < 5 ? 50L * i : 200 + 10L * (i - 4);
      book.note(
          "feed/b",
          status("feed", "b", at)
              .setMetrics(Played.metrics(Map.of("n_total", count), Map.of()))
              .build(),
          at);
    }

    Instant now = NOON.plusSeconds(50);
    assertThat(book.at(now).get(0).rate("n_total")).isEqualTo(2.0);
    assertThat(book.at(now).get(0).rate("other_total")).isNaN();
    assertThat(book.at(now.plusSeconds(60)).get(0).rates()).isEmpty();
  }

  private void note(String key, String service, String instance, Instant at) {
    book.note(key, status(service, instance, at).build(), at);
  }
}
