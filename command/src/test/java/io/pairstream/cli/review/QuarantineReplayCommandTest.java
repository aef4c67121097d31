package io.pairstream.cli.review;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.cli.Ended;
import io.pairstream.cli.OnCluster;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.QuarantinedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Review;
import io.pairstream.service.cluster.PlayedPipeline;
import io.pairstream.service.cluster.PlayedPipeline.Sent;
import io.pairstream.service.cluster.TestCluster;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuarantineReplayCommandTest extends OnCluster {

  QuarantineReplayCommandTest() {
    super(1);
  }

  private Sent small;
  private Sent damaged;

  @BeforeEach
  void play() {
    small = pipeline.send("image 1", "a small picture");
    pipeline.reject(small, "IMAGE_TOO_SMALL");
    damaged = pipeline.send("image 2", "a damaged picture");
    pipeline.reject(damaged, "IMAGE_DAMAGED");
  }

  private Ended replay(String... arguments) {
    return run("quarantine replay", arguments);
  }

  private List<Review> reviews() {
    return TestCluster.committedValues(cluster, cluster.topics().reviews());
  }

  @Test
  void theListSaysWhoseAPairIsWhoseBytesAreNotKept() {
    Sent refused = pipeline.send("image 3", "a refused picture");
    QuarantinedPair entry = PlayedPipeline.rejected(refused, "MODEL_REFUSED", new byte[0]);
    entry.setValue(null);
    entry.setSent(
        RawPair.newBuilder()
            .setMetadata(
                PairMetadata.newBuilder()
                    .setSourceKind("SCRAPED")
                    .setContributor("a museum")
                    .build())
            .build());
    TestCluster.put(cluster, cluster.topics().quarantine(), refused.pairId(), entry);

    assertThat(run("quarantine ls --reason MODEL_REFUSED").out())
        .startsWith(refused.pairId())
        .containsPattern("scraped +MODEL_REFUSED +a museum ");
  }

  @Test
  void plansThenSendsOnce() {
    Ended plan = replay("--plan", "--json").done();
    assertThat(reviews()).isEmpty();
    Ended sent = replay("--limit", "10");
    Ended again = replay("--limit", "10", "--json");

    assertThat(plan.json().path("plan").asBoolean()).isTrue();
    assertThat(plan.json().path("sent").asLong()).isEqualTo(2);
    assertThat(sent.out()).startsWith("2 sent again").contains("IMAGE_DAMAGED");
    assertThat(again.json().path("sent").asLong()).isZero();
    assertThat(again.json().path("skipped").asLong()).isEqualTo(2);
    assertThat(reviews()).hasSize(2);
    assertThat(reviews().get(0).getReviewer()).startsWith(System.getProperty("user.name") + " on ");
    assertThat(reviews().get(0).getComment()).isEqualTo("judged again by the present rules");
  }

  @Test
  void aLimitedRunSaysWhatIsLeftAndTheSameCommandSendsTheNext() {
    Ended plan = replay("--limit", "1", "--plan");
    Ended first = replay("--limit", "1");
    Ended second = replay("--limit", "1", "--json");
    Ended third = replay("--limit", "1");

    assertThat(plan.out()).startsWith("1 would be sent again").contains("1 left beyond");
    assertThat(first.out())
        .startsWith("1 sent again")
        .contains("1 left beyond --limit; the same command sends the next 1\n");
    assertThat(second.json().path("sent").asLong()).isEqualTo(1);
    assertThat(second.json().path("left").asLong()).isZero();
    assertThat(third.out()).startsWith("0 sent again").doesNotContain("beyond");
    assertThat(reviews()).extracting(Review::getPairId).doesNotHaveDuplicates().hasSize(2);
  }

  @Test
  void acceptsNamedPairsAndSaysWhichCouldNot() {
    Ended planned =
        replay(small.pairId(), damaged.pairId(), "--accept", "--comment", "they fit", "--plan")
            .ended(ExitStatus.FOUND_WRONG);
    assertThat(reviews()).isEmpty();
    Ended ended =
        replay(small.pairId(), damaged.pairId(), "--accept", "--comment", "they fit", "--json")
            .ended(ExitStatus.FOUND_WRONG);

    assertThat(planned.out()).contains(small.pairId() + "   can go");
    JsonNode results = ended.json().path("results");
    assertThat(results.findValuesAsText("outcome")).containsExactly("DONE", "FAILED");
    assertThat(results.get(1).path("detail").asText())
        .startsWith("IMAGE_DAMAGED is nothing that a person can waive");
    assertThat(reviews())
        .singleElement()
        .satisfies(
            review -> {
              assertThat(review.getDecision()).isEqualTo("ACCEPTED");
              assertThat(review.getWaived()).containsExactly("IMAGE_TOO_SMALL");
            });
  }

  @ParameterizedTest
  @CsvSource({
    "'', say which",
    "--limit 0, limit must be at least 1",
    "--limit 5 --accept, --accept needs --comment",
    "abc --reason IMAGE_TOO_SMALL, leave either away"
  })
  void refusesWhatMakesNoSense(String arguments, String words) {
    replay(arguments.isEmpty() ? new String[0] : arguments.split(" "))
        .failed(ExitStatus.WRONG_USAGE, words);
    assertThat(reviews()).isEmpty();
  }
}
