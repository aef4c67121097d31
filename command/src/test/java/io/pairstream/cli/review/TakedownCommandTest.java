package io.pairstream.cli.review;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.cli.Ended;
import io.pairstream.cli.OnCluster;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.curation.actions.Actor;
import io.pairstream.schemas.IndexedPairs;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.service.cluster.PlayedPipeline;
import io.pairstream.service.cluster.PlayedPipeline.Sent;
import io.pairstream.service.cluster.TestCluster;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.RecordMetadata;
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

    Ended text = run("takedown", "--image", sent.imageDigest(), "--plan").done();
    Ended json = run("takedown", sent.pairId(), "--plan", "--json");

    assertThat(text.out()).contains("1 published pair (training 1)").contains("nothing is done");
    assertThat(json.json().path("state").asText()).isEqualTo("PLANNED");
    assertThat(json.json().path("published").path("TRAINING").asLong()).isEqualTo(1);
    assertThat(run("takedown ls").out()).contains("nothing is withdrawn");
  }

  @Test
  void saysThatNoServiceCarriesItOutYetAndWhenItIsDone() {
    Sent sent = published();

    Ended early =
        run("takedown", sent.pairId(), "--cause", "a letter", "--wait", "0s")
            .ended(ExitStatus.COULD_NOT);
    pipeline.carryOutTakedowns(Map.of(sent, PairStatus.TRAINING));
    Ended later = run("takedown", sent.pairId(), "--cause", "a letter", "--json").done();
    Ended listed = run("takedown ls");
    Ended why = run("why", sent.pairId());
    JsonNode whyJson = run("why", sent.pairId(), "--json").json();

    assertThat(early.out()).contains("0 removed so far").doesNotContain("is rejected");
    assertThat(early.onlyErrorLine()).contains("no preprocess runs").contains("the same command");
    assertThat(later.json().path("state").asText()).isEqualTo("DONE");
    assertThat(later.json().path("earlier").path("requested_by").asText())
        .isEqualTo(Actor.atTheCommandLine().name());
    assertThat(listed.out()).contains("pair", sent.pairId() + ", 1 pair\n", " because: a letter");
    assertThat(why.out())
        .contains("WITHDRAWN", "removed on purpose", " because: a letter")
        .contains("exposure " + sent.pairId());
    assertThat(whyJson.path("takedown").path("cause").asText()).isEqualTo("a letter");
  }

  @Test
  void whyTellsWhoWithdrewAPairAndWhoLiftedItAgain() {
    Sent sent = published();
    String user = Actor.atTheCommandLine().name();
    run("takedown", "--image", sent.imageDigest(), "--cause", "a letter", "--wait", "0s");
    pipeline.carryOutTakedowns(Map.of(sent, PairStatus.TRAINING));

    run("takedown lift", "--image", sent.imageDigest(), "--wait", "0s");
    Ended lifted = run("why", sent.pairId());
    JsonNode json = run("why", sent.pairId(), "--json").json();
    run("takedown", sent.pairId(), "--cause", "another letter", "--wait", "0s");
    Ended again = run("why", sent.pairId());

    assertThat(lifted.out())
        .containsSubsequence(
            "status       WITHDRAWN",
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
  void planTellsWhoseKeysSentWhatNamesAContributor() {
    for (String producer : List.of("museum", "eve", "")) {
      Sent sent = pipeline.send("image", "of " + producer);
      PreparedPair pair =
          PreparedPair.newBuilder(PlayedPipeline.prepared(sent, PairStatus.TRAINING))
              .setMetadata(
                  PairMetadata.newBuilder(
                          PlayedPipeline.prepared(sent, PairStatus.TRAINING).getMetadata())
                      .setContributor("museum")
                      .setProducer(producer)
                      .build())
              .build();
      TestCluster.put(cluster, pipeline.topic(PairStatus.TRAINING), sent.pairId(), pair);
    }

    Ended text = run("takedown", "--contributor", "museum", "--plan");
    Ended json = run("takedown", "--producer", "eve", "--plan", "--json");

    assertThat(text.out())
        .contains("contributor museum: 3 published pairs (training 3)")
        .contains("  1 sent with the API key of museum\n", "  1 sent with the API key of eve\n")
        .contains("  1 sent with no API key");
    assertThat(json.json().path("producers").path("eve").asLong()).isEqualTo(1);
    assertThat(json.json().path("subject").path("kind").asText()).isEqualTo("PRODUCER");
  }

  @Test
  void liftsWhatIsWithdrawnAndSaysWhereNothingIs() {
    run("takedown", "--contributor", "museum", "--cause", "a letter", "--wait", "0s");

    Ended early =
        run("takedown lift", "--contributor", "museum", "--wait", "0s").ended(ExitStatus.COULD_NOT);
    Ended json =
        run("takedown lift", "--contributor", "museum", "--wait", "0s", "--json")
            .ended(ExitStatus.COULD_NOT);
    pipeline.carryOutTakedowns(Map.of());
    Ended late = run("takedown lift", "--contributor", "museum").done();
    Ended unknown = run("takedown lift", "--contributor", "gallery");

    assertThat(early.out()).startsWith("not lifted yet: 1 takedown with");
    assertThat(early.onlyErrorLine()).contains("no preprocess runs").contains("the same command");
    assertThat(json.json().path("removed").asLong()).isZero();
    assertThat(json.json().path("state").asText()).isEqualTo("WAITING");
    assertThat(late.out()).startsWith("lifted before; what comes is taken again");
    unknown.failedInALine(ExitStatus.FOUND_WRONG, "CONTRIBUTOR/gallery is not withdrawn");
    assertThat(run("takedown ls", "--json").out()).isEmpty();
  }

  /** A published pair with its entry in the index. */
  private Sent published(String image, PairStatus split, String hash, String mirrored) {
    Sent sent = pipeline.send(image, "caption");
    PreparedPair pair =
        PreparedPair.newBuilder(PlayedPipeline.prepared(sent, split))
            .setPerceptualHash(hash)
            .setMirroredHash(mirrored)
            .build();
    RecordMetadata at =
        TestCluster.send(
            cluster, TestCluster.record(pipeline.topic(split), null, sent.pairId(), pair));
    pipeline.transaction(sent, List.of(pipeline.receipt(sent, split, "")));
    TestCluster.put(
        cluster,
        cluster.topics().index(),
        sent.pairId(),
        IndexedPairs.entry(
            pair, split, at.partition(), at.offset(), 0, Instant.ofEpochMilli(at.timestamp())));
    return sent;
  }

  @Test
  void namesPublishedNearCopiesOfAnImageAndWithdrawsThemWhereThatIsAsked() {
    Sent sent = published("image", PairStatus.TRAINING, "0000000000000000", "00000000ffffffff");
    Sent near = published("near", PairStatus.TEST, "0000000000000003", "");
    Sent mirrored = published("mirrored", PairStatus.TRAINING, "00000000fffffffe", "");
    Sent other = published("other", PairStatus.TRAINING, "ffff000000000000", "");

    Ended plan = run("takedown", "--image", sent.imageDigest(), "--plan");
    Ended alone =
        run("takedown", "--image", sent.imageDigest(), "--cause", "a letter", "--wait", "0s");
    String listed = run("takedown ls").out();
    run("takedown --near-copies --wait 0s --cause letter --image", sent.imageDigest())
        .ended(ExitStatus.COULD_NOT);
    JsonNode json = run("takedown --plan --json --image", sent.imageDigest()).json();

    assertThat(plan.out())
        .contains("near copies that are published: 2 pairs")
        .containsSubsequence(
            mirrored.pairId() + " in training, 1 of 64 bits differ",
            near.pairId() + " in test, 2 of 64 bits differ")
        .contains("with --near-copies these are removed too")
        .doesNotContain(other.pairId());
    assertThat(alone.out()).contains("takedown --image " + near.imageDigest() + " --cause TEXT");
    assertThat(listed).contains(sent.imageDigest()).doesNotContain(near.imageDigest());
    assertThat(run("takedown ls").out())
        .contains(sent.imageDigest(), near.imageDigest(), mirrored.imageDigest())
        .doesNotContain(other.imageDigest());
    assertThat(json.path("near_copies").findValuesAsText("pair_id"))
        .containsExactly(mirrored.pairId(), near.pairId());
  }

  @Test
  void saysWhereNearCopiesAreNotKnown() {
    Sent sent = published();

    Ended ended = run("takedown --plan --near-copies --image", sent.imageDigest()).done();

    assertThat(ended.onlyErrorLine()).contains("the index has no hash of it");
  }

  @Test
  void nearCopiesAreThoseOfAnImage() {
    run("takedown --plan --near-copies --contributor museum")
        .failed(ExitStatus.WRONG_USAGE, "--near-copies are those of one image: --image DIGEST");
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
    run("takedown", option, value).failed(ExitStatus.WRONG_USAGE, sentence);
  }
}
