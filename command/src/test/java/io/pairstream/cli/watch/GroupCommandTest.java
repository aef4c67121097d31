package io.pairstream.cli.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.cli.Ended;
import io.pairstream.cli.OnCluster;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.schemas.Fingerprint;
import io.pairstream.schemas.PairStatus;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.cluster.PlayedPipeline.Sent;
import io.pairstream.service.cluster.TestCluster;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GroupCommandTest extends OnCluster {

  GroupCommandTest() {
    super(1);
  }

  private final String group = cluster.dataset().feedGroup();
  private final TopicPartition training = new TopicPartition(cluster.topics().training().name(), 0);

  @Test
  void plansDoesAndUndoes() {
    Sent sent = pipeline.send("image", "caption");
    pipeline.accept(sent, PairStatus.TRAINING);
    TestCluster.commit(cluster, group, training, 2);

    Ended plan = run("group reset", group, "--to", "earliest", "--plan").done();
    long untouched = committed();
    Ended reset = run("group reset", group, "--to", "earliest").done();
    long moved = committed();
    String undo = reset.out().lines().reduce((first, last) -> last).orElseThrow().strip();
    // As it stands there, with the options that say which cluster.
    Ended.after(undo.replaceFirst("^pairstream ", "")).done();

    assertThat(plan.out())
        .contains("2 records would be read again")
        .contains("note: a feed goes on from its own checkpoint")
        .contains("nothing is changed yet; to do it:\n  pairstream group reset " + group);
    assertThat(plan.out().lines()).anyMatch(line -> line.matches(".*-0 +2 +0 +2 again"));
    assertThat(untouched).isEqualTo(2);
    assertThat(moved).isZero();
    assertThat(committed()).isEqualTo(2);
  }

  @Test
  void saysWhatMovingTheLookUpOfPicturesDoes() {
    TopicPartition fingerprints = new TopicPartition(cluster.topics().fingerprints().name(), 0);
    TestCluster.put(
        cluster, cluster.topics().fingerprints(), "d1", Fingerprint.newBuilder().build());
    TestCluster.commit(cluster, cluster.dataset().lookUpGroup(), fingerprints, 1);

    Ended plan = run("group reset", cluster.dataset().lookUpGroup(), "--to", "earliest", "--plan");

    assertThat(plan.out()).contains("note: pairs of pictures that are skipped wait for ever");
  }

  @Test
  void printsOneObject() {
    pipeline.accept(pipeline.send("image", "caption"), PairStatus.TRAINING);
    TestCluster.commit(cluster, group, training, 0);

    JsonNode plan = run("group reset", group, "--to", "latest", "--plan", "--json").json();
    JsonNode done = run("group reset", group, "--to", "latest", "--json").json();
    JsonNode again = run("group reset", group, "--to", "latest", "--json").json();

    assertThat(plan.path("plan").asBoolean()).isTrue();
    assertThat(plan.path("skipped").asLong()).isEqualTo(2);
    assertThat(plan.path("undo").isNull()).isTrue();
    assertThat(plan.path("moves").path(0).path("from").asLong()).isZero();
    assertThat(plan.path("moves").path(0).path("to").asLong()).isEqualTo(2);
    assertThat(done.path("undo").asText())
        .startsWith("pairstream group undo " + done.path("action_id").asText() + " --");
    assertThat(again.path("changes").asBoolean()).isFalse();
    assertThat(again.path("action_id").isNull()).isTrue();
  }

  @Test
  void refusesAGroupThatIsInUse() {
    TestCluster.commit(cluster, group, training, 0);
    pipeline.accept(pipeline.send("image", "caption"), PairStatus.TRAINING);
    try (var member =
        cluster.consumer(Map.of("group.id", group, "client.id", "the\u001b[2J reader"))) {
      member.subscribe(List.of(training.topic()));
      long deadline = System.nanoTime() + Duration.ofMinutes(5).toNanos();
      while (member.assignment().isEmpty() && System.nanoTime() < deadline) {
        member.poll(Duration.ofMillis(50));
      }

      Ended plan = run("group reset", group, "--to", "latest", "--plan").done();
      Ended refused = run("group reset", group, "--to", "latest");

      assertThat(plan.out()).contains("in it now: the [2J reader at 127.0.0.1");
      assertThat(refused.out()).isEmpty();
      refused.failedInALine(
          ExitStatus.COULD_NOT, "is in use: the [2J reader at 127.0.0.1; stop it first");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--to=yesterday, 2, '--to must be earliest, latest, an offset, a time such as'",
    "--to=5, 3, 'an offset is one topic''s: say which with --topic'",
    "--to=latest, 3, 'there is no consumer group unknown on this cluster'"
  })
  void saysWhatWouldBeRight(String to, int status, String complaint) {
    Ended ended = run("group reset", "unknown", to);

    assertThat(ended.status()).isEqualTo(status);
    assertThat(ended.err()).contains(complaint);
  }

  private long committed() {
    try (Admin admin = cluster.admin()) {
      return ClusterAccess.committedAndSettled(admin, group, List.of(training)).get(training);
    }
  }
}
