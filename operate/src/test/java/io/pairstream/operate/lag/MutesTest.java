package io.pairstream.operate.lag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.pairstream.curation.actions.ActionLog;
import io.pairstream.curation.actions.Actor;
import io.pairstream.curation.actions.AuditEvent;
import io.pairstream.curation.sentence.Sentence;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.wire.AvroSafety;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.TestCluster;
import io.pairstream.testing.Await;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MutesTest {

  static {
    AvroSafety.install();
  }

  @RegisterExtension static final TestCluster KAFKA = new TestCluster();

  private static final Actor ANN = new Actor("ann", "a.b");

  private final ClusterAccess cluster = KAFKA.dataset(2, TopicCatalogue.ACTIONS);
  private final Instant begun = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusNanos(5);
  private Duration ahead = Duration.ZERO;
  private final InstantSource moved = () -> begun.plus(ahead);
  private final Clock clock = moved.withZone(ZoneOffset.UTC);

  @Test
  void aGroupIsMutedUntilItsEndAlsoForWhoStartsLater() {
    try (Mutes here = Mutes.follow(cluster, clock)) {
      mute("team-a", Duration.ofHours(2), "moves to the new cluster");
      Await.until("the mute", () -> here.all().size() == 1, here::all);

      LagReport report =
          here.in(
              PlayedLag.report(
                  PlayedLag.group("team-a", LagVerdict.LOST, "Empty", 3, true),
                  PlayedLag.group("team-b", LagVerdict.STOP, "Empty", 3, true)));

      assertThat(report.group("team-a").orElseThrow().decides()).isFalse();
      assertThat(report.group("team-a").orElseThrow().muted())
          .contains(
              new Mute(
                  "team-a",
                  begun.plus(Duration.ofHours(2)).truncatedTo(ChronoUnit.SECONDS),
                  "moves to the new cluster",
                  "ann"));
      assertThat(report.group("team-b").orElseThrow().decides()).isTrue();
      assertThat(Mutes.read(cluster, clock).all()).isEqualTo(here.all());

      ahead = Duration.ofHours(2);
      assertThat(here.all()).isEmpty();
    }
  }

  @Test
  void theNewestWordCounts() {
    mute("team-a", Duration.ofHours(2), "first");
    ahead = Duration.ofMinutes(1);
    mute("team-a", Duration.ofHours(9), "second");
    mute("team-b", Duration.ofHours(1), "other");
    ahead = Duration.ofMinutes(2);
    mute("team-b", Duration.ZERO, "");

    List<Mute> mutes = Mutes.read(cluster, clock).all();

    assertThat(mutes).extracting(Mute::group, Mute::why).containsExactly(tuple("team-a", "second"));
    assertThat(TestCluster.committedValues(cluster, cluster.topics().actions()))
        .extracting(
            action -> action.getName() + " " + action.getActor() + " " + action.getOutcome())
        .containsOnly("lag.mute ann DONE", "lag.unmute ann DONE");
  }

  @ParameterizedTest
  @CsvSource({
    "PT-1H, why, a mute lasts 30 days at most",
    "PT721H, why, a mute lasts 30 days at most",
    "PT1H, ' ', say why"
  })
  void whatHasNoEndOrNoReasonIsNotMuted(Duration lasting, String why, String says) {
    assertThatThrownBy(() -> mute("team-a", lasting, why))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(says);
    assertThat(Mutes.read(cluster, clock).all()).isEmpty();
  }

  /** As of a refused request, or written by hand. */
  @ParameterizedTest
  @ValueSource(strings = {"", "tomorrow"})
  void whatDoesNotSayUntilWhenMutesNothing(String until) {
    mute("team-b", Duration.ofHours(1), "known");
    Map<String, String> facts = until.isEmpty() ? Map.of() : Map.of("until", until);
    ActionLog.writeNow(
        cluster,
        new AuditEvent(
            Mutes.MUTE, "team-a", AuditEvent.Outcome.REFUSED, Sentence.verbatim(""), facts),
        ANN,
        clock);

    assertThat(Mutes.read(cluster, clock).all()).extracting(Mute::group).containsExactly("team-b");
  }

  private void mute(String group, Duration lasting, String why) {
    Mutes.set(cluster, group, lasting, why, ANN, clock);
  }
}
