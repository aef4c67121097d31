package io.pairstream.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.cli.Ended;
import io.pairstream.cli.OnCluster;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.schemas.PairAnswer;
import io.pairstream.schemas.wire.KafkaAnswers;
import io.pairstream.service.cluster.TestCluster;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ViewCommandTest extends OnCluster {

  ViewCommandTest() {
    super(2);
  }

  @Test
  void aNamedViewIsCutListedShownReadAndDropped() {
    train(0, 9);
    Ended cut = run("view cut val-2026-11 --where width=8");
    train(9, 4);
    Ended file = run("view cut " + folder.resolve("all.view"));

    assertThat(cut.out())
        .contains("view val-2026-11 of " + cluster.topics().training().name() + ", frozen ")
        .contains("where width=8", "9 samples in 2 blocks");
    assertThat(run("view cut val-2026-11").onlyErrorLine())
        .contains("the view val-2026-11 is there already; a view is never changed");
    assertThat(file.out()).contains("13 samples");
    JsonNode listed = run("view ls --json").json();
    assertThat(listed.path("name").asText()).isEqualTo("val-2026-11");
    assertThat(listed.path("frozen").asBoolean()).isTrue();
    assertThat(run("view ls").out()).contains("val-2026-11").contains("frozen").contains(" 9 ");
    assertThat(run("view show val-2026-11").out()).contains("kept: not deleted by age");

    assertThat(export("val-2026-11").json().path("samples").asLong()).isEqualTo(9);

    run("view drop val-2026-11")
        .failedInALine(
            ExitStatus.COULD_NOT,
            "has 9 samples, and runs that follow it cannot go on; to drop it say --yes");
    run("view drop val-2026-11 --yes").done();
    assertThat(run("view drop val-2026-11 --yes").onlyErrorLine())
        .contains("there is no view val-2026-11");
    assertThat(run("view ls").err()).contains("there is no named view");
    assertThat(export("val-2026-11").err())
        .contains("there is no view val-2026-11 in the data set");
  }

  @Test
  void aSealedViewGrowsUntilItIsFrozen() {
    assertThat(run("view seal live --once").err()).contains("there is no pair yet");
    train(0, 8);
    assertThat(run("view seal live --once --json").json().path("samples").asLong()).isEqualTo(8);
    assertThat(export("live").json().path("samples").asLong()).isEqualTo(8);
    train(8, 4);
    assertThat(run("view seal live --once").out())
        .contains(", growing ", "12 samples", "2 segments");

    assertThat(export("live").json().path("kept").asInt()).isEqualTo(1);
    assertThat(run("view freeze live").out()).contains(", frozen ").contains("12 samples");
    assertThat(run("view freeze live").onlyErrorLine()).contains("the view live is frozen");
    assertThat(run("view seal live --once").onlyErrorLine()).contains("the view live is frozen");
    Ended whole = export("live");
    assertThat(whole.json().path("samples").asLong()).isEqualTo(12);
    assertThat(whole.json().path("manifest").asInt()).isEqualTo(2);
  }

  @Test
  void aViewOfAnsweredPairsSaysHowManyWait() {
    train(0, 4);
    List.of(0, 1)
        .forEach(
            i ->
                TestCluster.put(
                    cluster,
                    cluster.topics().pairAnswers(),
                    i + "/judge",
                    PairAnswer.newBuilder()
                        .setNumbers(Map.of("nsfw", i / 2.0))
                        .setAnsweredAt(Instant.parse("2026-11-27T11:02:13.250Z"))
                        .build()));

    Ended cut = run("view cut safe --where answer.nsfw<=0.3");

    assertThat(cut.out()).contains("where answer.nsfw<=0.3").contains("1 sample in 1 block");
    assertThat(cut.err())
        .contains("2 pairs wait for answer.nsfw, last given at 2026-11-27T11:02:13Z\n")
        .contains("a card that gives it is asked by: pairstream score --models FOLDER");
    assertThat(run("view cut later --where answer.nsfw<=0.3 --wait --timeout 1ms").onlyErrorLine())
        .contains(
            "pairs still wait for answers, and nothing was cut: 2 for answer.nsfw, last given");
    assertThat(run("view cut none.view --where answer.unknown<=0.3").onlyErrorLine())
        .contains("all pairs that could be in the view wait for answers: 4 for answer.unknown");
    assertThat(run("view show later").onlyErrorLine()).contains("there is no view later");
    assertThat(run("view cut safe.json --where answer.nsfw<=x").err()).contains("x is no number");
  }

  @Test
  void aViewSaysWhenRetentionEatsIt() {
    train(0, 4);
    run("view cut short").done();
    retain(Map.of("cleanup.policy", "compact,delete", "retention.ms", "3600000"));

    JsonNode shown = run("view show short --json").json();

    assertThat(shown.path("leaves_from").asText()).startsWith("20").endsWith("Z");
    assertThat(shown.path("retention").asText())
        .isEqualTo(
            "the oldest block leaves from " + Instant.parse(shown.path("leaves_from").asText()));
    retain(Map.of("retention.ms", "-1", "retention.bytes", "5000000"));
    assertThat(run("view show short").out())
        .contains("the oldest block leaves once a partition has more than 5,000,000 bytes");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "view cut No | 1 to 64 lower-case letters",
        "view show none | there is no view none",
        "view freeze none | there is no view none",
        "view seal live --after 0 | a segment has at least 1 pair, not 0",
        "view seal live --where taste=sweet | --where: ",
        "export none --to there | there is no view none",
        "export live:7 --to there | 1 to 64 lower-case letters",
      })
  void whatMakesNoSenseIsRefusedInASentence(String command, String sentence) {
    Ended ended = run(command);

    assertThat(ended.status()).isNotEqualTo(ExitStatus.DONE);
    assertThat(ended.err()).contains(sentence.strip()).doesNotContain("\tat ");
  }

  private Ended export(String view) {
    return run("export", view, "--json", "--to", folder + "/" + view);
  }

  /** Sets settings of the training topic, and waits until the broker has heard of them. */
  private void retain(Map<String, String> settings) {
    ConfigResource topic =
        new ConfigResource(ConfigResource.Type.TOPIC, cluster.topics().training().name());
    try (Admin admin = cluster.admin()) {
      KafkaAnswers.await(
          admin
              .incrementalAlterConfigs(
                  Map.of(
                      topic,
                      settings.entrySet().stream()
                          .map(
                              one ->
                                  new AlterConfigOp(
                                      new ConfigEntry(one.getKey(), one.getValue()),
                                      AlterConfigOp.OpType.SET))
                          .toList()))
              .all());
      while (!settings.entrySet().stream()
          .allMatch(
              one ->
                  KafkaAnswers.await(admin.describeConfigs(List.of(topic)).all())
                      .get(topic)
                      .get(one.getKey())
                      .value()
                      .equals(one.getValue()))) {
        LockSupport.parkNanos(10_000_000);
      }
    }
  }

  private void train(int first, int count) {
    for (int i = first; i < first + count; i++) {
      String id = String.valueOf(i);
      TestCluster.send(
          cluster, TestCluster.record(cluster.topics().training(), i % 2, id, trainingPair(id)));
    }
  }
}
