package io.pairstream.operations.lag;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.operations.sentence.Sentence;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeadlineTest {

  @Test
  void aGroupThatWasNeverThereIsNamedAndDecidesNothing() {
    Headline headline =
        of(group("pairs-feed", Verdict.UNKNOWN, "Absent"), group("pairs-a", Verdict.OK, "Stable"));

    assertThat(headline.verdict()).isEqualTo(Verdict.OK);
    assertThat(headline.sentence().text()).isEqualTo("OK: pairs-a; pairs-feed has not started");
  }

  @Test
  void aGroupThatIsThereAndUnknownDecides() {
    Headline headline =
        of(group("pairs-a", Verdict.UNKNOWN, "Empty"), group("pairs-b", Verdict.OK, "Stable"));

    assertThat(headline.verdict()).isEqualTo(Verdict.UNKNOWN);
    assertThat(headline.sentence().text()).isEqualTo("UNKNOWN: pairs-a");
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
  void ofTwoThatAreAlikeTheOneWithMoreWaitingSpeaks() {
    Headline headline =
        of(
            group("pairs-a", Verdict.STALL, "Stable").put("lag", 3),
            group("pairs-b", Verdict.STALL, "Stable").put("lag", 4));

    assertThat(headline.sentence().text()).isEqualTo("STALL: pairs-b");
  }

  @Test
  void whoIsSomebodyElsesOrMutedDecidesNothing() {
    Headline headline =
        of(
            group("cron", Verdict.STOP, "Empty").put("decides", false),
            group("pairs-a", Verdict.OK, "Stable").put("decides", true),
            group("pairs-feed", Verdict.UNKNOWN, "Absent").put("decides", true));

    assertThat(headline.verdict()).isEqualTo(Verdict.OK);
    assertThat(headline.sentence().text()).isEqualTo("OK: pairs-a; pairs-feed has not started");
    assertThat(Headline.of(List.of(group("cron", Verdict.STOP, "Empty").put("decides", false))))
        .isEmpty();
  }

  private static Headline of(ObjectNode... groups) {
    return Headline.of(List.of(groups)).orElseThrow();
  }

  private static ObjectNode group(String name, Verdict verdict, String state) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("group", name)
        .put("state", state)
        .put("verdict", verdict.name())
        .put("sentence", verdict.words() + ": " + name);
  }
}
