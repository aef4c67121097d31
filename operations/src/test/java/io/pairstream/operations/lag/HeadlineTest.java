package io.pairstream.operations.lag;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.operations.sentence.Sentence;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class HeadlineTest {

  @Test
  void aGroupThatWasNeverThereIsNamedWithWhatWaitsAndDecidesNothing() {
    PartitionLag links = PlayedLag.partition("links", 0, OptionalLong.empty(), Verdict.UNKNOWN);
    Headline headline =
        of(
            PlayedLag.group("pairs-fetch", Verdict.UNKNOWN, "Absent", 0, true, links),
            group("pairs-a", Verdict.OK, "Stable"));

    assertThat(headline.verdict()).isEqualTo(Verdict.OK);
    assertThat(headline.sentence().text())
        .isEqualTo("OK: pairs-a; pairs-fetch (unread: 90) has not started");
  }

  @Test
  void whoWasNeverThereAndHasNothingToReadIsNotMissed() {
    Headline headline =
        of(
            group("pairs-fetch", Verdict.IDLE, "Absent"),
            group("pairs-feed", Verdict.UNKNOWN, "Absent"),
            group("pairs-other", Verdict.UNKNOWN, "Absent"),
            group("pairs-a", Verdict.STALL, "Stable"));

    assertThat(headline.sentence().text())
        .isEqualTo("STALL: pairs-a; pairs-feed and pairs-other have not started");
  }

  @Test
  void whereNobodyWasThereWhatWaitsIsTold() {
    Headline headline =
        of(
            group("pairs-fetch", Verdict.IDLE, "Absent"),
            group("pairs-feed", Verdict.UNKNOWN, "Absent"));

    assertThat(headline)
        .isEqualTo(new Headline(Verdict.UNKNOWN, Sentence.verbatim("UNKNOWN: pairs-feed")));
    assertThat(Headline.of(List.of())).isEmpty();
  }

  @Test
  void whoIsSomebodyElsesOrMutedDecidesNothing() {
    Headline headline =
        of(
            PlayedLag.group("cron", Verdict.STOP, "Empty", 0, false),
            group("pairs-a", Verdict.OK, "Stable"),
            group("pairs-feed", Verdict.UNKNOWN, "Absent"));

    assertThat(headline.verdict()).isEqualTo(Verdict.OK);
    assertThat(headline.sentence().text()).isEqualTo("OK: pairs-a; pairs-feed has not started");
    assertThat(Headline.of(List.of(PlayedLag.group("cron", Verdict.STOP, "Empty", 0, false))))
        .isEmpty();
  }

  private static Headline of(GroupLag... groups) {
    return Headline.of(List.of(groups)).orElseThrow();
  }

  private static GroupLag group(String name, Verdict verdict, String state) {
    return PlayedLag.group(name, verdict, state, 0, true);
  }
}
