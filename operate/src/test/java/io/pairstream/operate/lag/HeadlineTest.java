package io.pairstream.operate.lag;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.curation.sentence.Sentence;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HeadlineTest {

  @Test
  void aGroupThatWasNeverThereIsNamedWithWhatWaitsAndDecidesNothing() {
    PartitionLag links = PlayedLag.partition("links", 0, OptionalLong.empty(), LagVerdict.UNKNOWN);
    Headline headline =
        of(
            PlayedLag.group("pairs-fetch", LagVerdict.UNKNOWN, "Absent", 0, true, links),
            group("pairs-a", LagVerdict.OK, "Stable"));

    assertThat(headline.verdict()).isEqualTo(LagVerdict.OK);
    assertThat(headline.sentence().text())
        .isEqualTo("All is well: nothing waits; pairs-fetch (unread: 90) has not started");
  }

  @Test
  void whoWasNeverThereAndHasNothingToReadIsNotMissed() {
    Headline headline =
        of(
            group("pairs-fetch", LagVerdict.IDLE, "Absent"),
            group("pairs-feed", LagVerdict.UNKNOWN, "Absent"),
            group("pairs-other", LagVerdict.UNKNOWN, "Absent"),
            group("pairs-a", LagVerdict.STALL, "Stable"));

    assertThat(headline.sentence().text())
        .isEqualTo("STALL: pairs-a; pairs-feed and pairs-other have not started");
  }

  @Test
  void withoutMembersWhatWaitsIsReported() {
    Headline headline =
        of(
            group("pairs-fetch", LagVerdict.IDLE, "Absent"),
            group("pairs-feed", LagVerdict.UNKNOWN, "Absent"));

    assertThat(headline)
        .isEqualTo(
            new Headline(LagVerdict.UNKNOWN, Sentence.verbatim("UNKNOWN: pairs-feed"), false, 0));
    assertThat(Headline.of(List.of())).isEmpty();
  }

  @Test
  void otherApplicationsAndMutedGroupsDecideNothing() {
    Headline headline =
        of(
            PlayedLag.group("cron", LagVerdict.STOP, "Empty", 0, false),
            group("pairs-a", LagVerdict.OK, "Stable"),
            group("pairs-feed", LagVerdict.UNKNOWN, "Absent"));

    assertThat(headline.verdict()).isEqualTo(LagVerdict.OK);
    assertThat(headline.sentence().text())
        .isEqualTo("All is well: nothing waits; pairs-feed has not started");
    assertThat(Headline.of(List.of(PlayedLag.group("cron", LagVerdict.STOP, "Empty", 0, false))))
        .isEmpty();
  }

  @Test
  void ownTroublesComeFirstAndTheOthersAreCounted() {
    GroupLag own = group("pairs-preprocess", LagVerdict.STALL, "Stable").own(true);
    GroupLag lost = group("team-a", LagVerdict.LOST, "Empty");
    GroupLag risk = group("team-b", LagVerdict.AT_RISK, "Stable");
    GroupLag calm = group("pairs-index", LagVerdict.OK, "Stable").own(true);

    assertThat(of(lost, calm, own).sentence().text())
        .isEqualTo("STALL: pairs-preprocess; and one more trouble");
    assertThat(of(lost, calm, own, risk).sentence().text())
        .isEqualTo("STALL: pairs-preprocess; and 2 more troubles");
    assertThat(of(risk, calm, lost).sentence().text())
        .isEqualTo("LOST: team-a; and one more trouble");
    assertThat(of(own, calm).sentence().text()).isEqualTo("STALL: pairs-preprocess");
    assertThat(
            Stream.of(
                    risk,
                    lost,
                    calm,
                    own,
                    group("pairs-fetch", LagVerdict.IDLE, "Absent").own(true))
                .sorted(Headline.OWN_FIRST)
                .map(GroupLag::group))
        .containsExactly("pairs-preprocess", "pairs-index", "team-a", "team-b", "pairs-fetch");
  }

  /** A partition's name does not say which of its readers is meant. */
  @Test
  void theGroupIsNamedAndATroubleThatPagesLeadsBeforeATicket() {
    GroupLag left = reading("team-cron", group("t.cron-0", LagVerdict.STOP, "Empty"));
    GroupLag behind = reading("t", group("t.cron-0", LagVerdict.BEHIND, "Stable"));
    GroupLag rewound = group("pairs-index", LagVerdict.REWIND, "Stable").own(true);

    assertThat(of(rewound, behind, left).sentence().text())
        .isEqualTo("team-cron: STOP: t.cron-0; and one more trouble");
    assertThat(of(behind, rewound).sentence().text()).isEqualTo("REWIND: pairs-index");
    assertThat(of(behind).sentence().text()).isEqualTo("t: BEHIND: t.cron-0");
  }

  private static GroupLag reading(String name, GroupLag as) {
    return group(name, as.now().verdict(), as.state()).with(as.now());
  }

  @Test
  void whereAllIsWellWhatWaitsIsReportedOfAllTogether() {
    GroupLag moves = PlayedLag.group("pairs-a", LagVerdict.OK, "Stable", 12, true);
    GroupLag rests = group("pairs-b", LagVerdict.IDLE, "Stable");

    assertThat(of(rests, moves).verdict()).isEqualTo(LagVerdict.OK);
    assertThat(of(rests, moves).sentence().text()).isEqualTo("All is well: 12 records wait");
    assertThat(of(rests).sentence().text()).isEqualTo("All is well: nothing waits");
  }

  @Test
  void noNumberContradictsThatAllIsWell() {
    GroupLag feed = PlayedLag.group("pairs-feed", LagVerdict.OK, "Stable", 1030, false);
    GroupLag rests = group("pairs-b", LagVerdict.IDLE, "Stable");
    GroupLag moves = PlayedLag.group("pairs-a", LagVerdict.OK, "Stable", 12, true);
    GroupLag muted = moves.muted(new Mute("pairs-a", PlayedLag.AT, "moves", "ann"));

    assertThat(of(rests, feed).sentence().text()).isEqualTo("All is well");
    assertThat(
            of(rests, feed, group("pairs-fetch", LagVerdict.UNKNOWN, "Absent")).sentence().text())
        .isEqualTo("All is well; pairs-fetch has not started");
    assertThat(of(moves, feed).sentence().text()).isEqualTo("All is well");
    assertThat(of(rests, muted).sentence().text()).isEqualTo("All is well");
  }

  /** Nothing is said of those that have not started: they are about to. */
  @Test
  void whatStartsIsSaidCalmly() {
    GroupLag starting = group("pairs-preprocess", LagVerdict.STARTING, "Stable").own(true);
    GroupLag absent = group("pairs-fetch", LagVerdict.STARTING, "Absent").own(true);
    GroupLag stalled = group("pairs-index", LagVerdict.STALL, "Stable").own(true);

    assertThat(of(starting, absent, group("pairs-b", LagVerdict.IDLE, "Stable")))
        .isEqualTo(
            new Headline(
                LagVerdict.STARTING, Sentence.verbatim("STARTING: pairs-preprocess"), true, 0));
    assertThat(of(starting, absent, stalled).verdict()).isEqualTo(LagVerdict.STALL);
  }

  @Test
  void aMutedGroupIsNoTroubleAndIsListedBehindThoseThatCount() {
    Mute mute = new Mute("team-a", PlayedLag.AT, "moves", "ann");
    GroupLag muted = group("team-a", LagVerdict.LOST, "Empty").muted(mute);
    GroupLag other = group("team-b", LagVerdict.OK, "Stable");

    assertThat(of(muted, other).sentence().text()).isEqualTo("All is well: nothing waits");
    assertThat(Stream.of(muted, other).sorted(Headline.OWN_FIRST)).containsExactly(other, muted);
  }

  private static Headline of(GroupLag... groups) {
    return Headline.of(List.of(groups)).orElseThrow();
  }

  private static GroupLag group(String name, LagVerdict verdict, String state) {
    return PlayedLag.group(name, verdict, state, 0, true);
  }
}
