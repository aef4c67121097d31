package io.pairstream.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.pairstream.cli.Main;
import io.pairstream.service.requirements.Finding;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class DoctorCommandTest {

  @ParameterizedTest
  @CsvSource({"OK WARNING, 0", "OK UNKNOWN, 3", "UNKNOWN WRONG, 1"})
  void endsWithTheGravestThatItFound(String levels, int status) {
    List<Finding> findings =
        Stream.of(levels.split(" "))
            .map(Finding.Level::valueOf)
            .map(level -> new Finding(Finding.Area.TOPICS, "", level, "", "", ""))
            .toList();

    assertThat(DoctorCommand.status(findings)).isEqualTo(status);
  }

  @Test
  void aCheckThatHangsEndsWithoutAnAnswerAndSaysForWhatItWaits() {
    StringWriter err = new StringWriter();
    CommandLine line = Main.commandLine("").setErr(new PrintWriter(err));
    DoctorCommand doctor =
        (DoctorCommand)
            line.getSubcommands().get("doctor").setErr(new PrintWriter(err)).getCommand();
    FutureTask<List<Finding>> look = new FutureTask<>(List::of);

    List<Finding> findings = within(doctor, "Kafka at b:9092", Duration.ZERO, look);
    look = new FutureTask<>(List::of);
    look.run();

    assertThat(within(doctor, "what ended", Duration.ofSeconds(9), look)).isEmpty();
    assertThat(findings)
        .extracting(Finding::level, Finding::found)
        .containsExactly(tuple(Finding.Level.UNKNOWN, "Kafka at b:9092 gave no answer within 1 s"));
    assertThat(err).asString().contains("doctor: waits for Kafka at b:9092, ");
  }

  private static List<Finding> within(
      DoctorCommand doctor, String at, Duration already, FutureTask<List<Finding>> look) {
    return doctor.within(Duration.ofSeconds(1), Finding.Area.BROKERS, at, already, look);
  }
}
