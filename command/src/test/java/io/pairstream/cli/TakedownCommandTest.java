package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.operations.PlayedPipeline.Sent;
import io.pairstream.schemas.PairStatus;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TakedownCommandTest extends OnCluster {

  TakedownCommandTest() {
    super(2);
  }

  private Sent published() {
    Sent sent = pipeline.send("image", "caption");
    pipeline.accept(sent, PairStatus.TRAINING);
    return sent;
  }

  @Test
  void planSaysWhatItFindsAndDoesNothing() {
    Sent sent = published();

    Ended text = run("takedown", "--image", sent.imageDigest(), "--plan");
    Ended json = run("takedown", sent.pairId(), "--plan", "--json");

    assertThat(text.status()).as(text.err()).isEqualTo(ExitStatus.DONE);
    assertThat(text.out()).contains("1 published pair (training 1)").contains("nothing is done");
    assertThat(json.json().path("state").asText()).isEqualTo("PLANNED");
    assertThat(json.json().path("published").path("TRAINING").asLong()).isEqualTo(1);
    assertThat(run("takedown ls").out()).contains("nothing is withdrawn");
  }

  @Test
  void tellsThatNobodyIsThereToCarryItOutAndWhenItIsDone() {
    Sent sent = published();

    Ended early = run("takedown", sent.pairId(), "--cause", "a letter", "--wait", "0s");
    pipeline.carryOutTakedowns(Map.of(sent, PairStatus.TRAINING));
    Ended later = run("takedown", sent.pairId(), "--cause", "a letter", "--json");
    Ended listed = run("takedown ls");
    Ended why = run("why", sent.pairId());
    JsonNode whyJson = run("why", sent.pairId(), "--json").json();

    assertThat(early.status()).isEqualTo(ExitStatus.COULD_NOT);
    assertThat(early.out()).contains("0 removed");
    assertThat(early.onlyErrorLine()).contains("no preprocess runs").contains("the same command");
    assertThat(later.status()).as(later.err()).isEqualTo(ExitStatus.DONE);
    assertThat(later.json().path("state").asText()).isEqualTo("DONE");
    assertThat(later.json().path("earlier").path("requested_by").asText())
        .isEqualTo(ProcessHandle.current().info().user().orElseThrow());
    assertThat(listed.out())
        .contains("pair")
        .contains(sent.pairId() + ", 1 pair\n")
        .contains(" because: a letter");
    assertThat(why.out())
        .contains("WITHDRAWN", "removed on purpose", " because: a letter")
        .contains("exposure " + sent.pairId());
    assertThat(whyJson.path("takedown").path("cause").asText()).isEqualTo("a letter");
  }

  @Test
  void whyTellsWhoWithdrewAPairAndWhoLiftedItAgain() {
    Sent sent = published();
    String user = ProcessHandle.current().info().user().orElseThrow();
    run("takedown", "--image", sent.imageDigest(), "--cause", "a letter", "--wait", "0s");
    pipeline.carryOutTakedowns(Map.of(sent, PairStatus.TRAINING));

    run("takedown lift", "--image", sent.imageDigest(), "--wait", "0s");
    Ended lifted = run("why", sent.pairId());
    JsonNode json = run("why", sent.pairId(), "--json").json();
    run("takedown", sent.pairId(), "--cause", "another letter", "--wait", "0s");
    Ended again = run("why", sent.pairId());

    assertThat(lifted.out())
        .containsSubsequence(
            "stands       WITHDRAWN",
            "withdrawn    on ",
            " by " + user + " with IMAGE/" + sent.imageDigest() + " because: a letter",
            "lifted       on ",
            " by " + user);
    assertThat(json.path("takedown").isNull()).isTrue();
    assertThat(json.path("events").findValuesAsText("what")).containsExactly("WITHDRAWN", "LIFTED");
    assertThat(again.out())
        .containsSubsequence("because: a letter", "lifted ", "because: another letter")
        .containsOnlyOnce("because: another letter");
  }

  @Test
  void liftsWhatIsWithdrawnAndSaysWhereNothingIs() {
    run("takedown", "--contributor", "museum", "--cause", "a letter", "--wait", "0s");

    Ended lifted = run("takedown lift", "--contributor", "museum", "--wait", "0s", "--json");
    Ended again = run("takedown lift", "--contributor", "museum");

    assertThat(lifted.json().path("removed").asLong()).isEqualTo(1);
    assertThat(lifted.json().path("state").asText()).isEqualTo("WAITING");
    assertThat(again.status()).isEqualTo(ExitStatus.FOUND_WRONG);
    assertThat(again.onlyErrorLine()).contains("CONTRIBUTOR/museum is not withdrawn");
    assertThat(run("takedown ls", "--json").out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--cause|a letter|say what to withdraw, one thing",
        "--contributor|museum|say why: --cause TEXT",
        "--source|two words|a source is a host such as",
        "--image|1f|64 hex digits"
      })
  void refusesWhatItCannotMeanAndSaysWhatIsRight(String option, String value, String sentence) {
    Ended ended = run("takedown", option, value);

    assertThat(ended.status()).isEqualTo(ExitStatus.WRONG_USAGE);
    assertThat(ended.err()).contains(sentence);
  }
}
