package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.testing.LongTimeouts;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** End of a {@code pairstream}: its exit status, and what it wrote. */
public record Ended(int status, String out, String err) {

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /**
   * Lines of a file for {@code --config}: the broker is waited for, which stands still with the
   * whole process where the machine is busy.
   */
  public static final String TIMEOUT = LongTimeouts.KAFKA_LINES;

  /** A file with those lines alone. */
  public static final Path PATIENT_CLIENTS = patientClients();

  /**
   * Runs a subcommand in this process.
   *
   * @param command its words with spaces between
   */
  public static Ended after(String command, String... arguments) {
    return after(words(command, arguments), new StringWriter());
  }

  private static List<String> words(String command, String... arguments) {
    List<String> words =
        command.isEmpty() ? new ArrayList<>() : new ArrayList<>(List.of(command.split(" ", -1)));
    words.addAll(List.of(arguments));
    return words;
  }

  private static Ended after(List<String> words, StringWriter err) {
    StringWriter out = new StringWriter();
    int status =
        Main.commandLine(words.isEmpty() ? "" : words.get(0))
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(words.toArray(String[]::new));
    return new Ended(status, out.toString(), err.toString());
  }

  /** Runs a subcommand in this process, on that data set where the arguments name no other. */
  public static Ended on(ClusterAccess cluster, String command, String... arguments) {
    return on(cluster, new StringWriter(), command, arguments);
  }

  /** Runs a subcommand on a data set; its stderr can be read meanwhile. */
  public static Ended on(
      ClusterAccess cluster, StringWriter err, String command, String... arguments) {
    List<String> all = words(command, arguments);
    if (!all.contains("--bootstrap-servers")) {
      // A broker that a test names is one that does not answer.
      addUnlessThere(all, "--config", PATIENT_CLIENTS.toString());
    }
    addUnlessThere(
        all, "--bootstrap-servers", cluster.clientSettings().get("bootstrap.servers").toString());
    addUnlessThere(all, "--schema-registry", cluster.registry().addresses());
    addUnlessThere(all, "--dataset", cluster.dataset().name());
    return after(all, err);
  }

  public static void addUnlessThere(List<String> arguments, String option, String value) {
    if (!arguments.contains(option)) {
      arguments.add(option);
      arguments.add(value);
    }
  }

  private static Path patientClients() {
    try {
      Path file = Files.createTempFile("patient-clients", ".properties");
      file.toFile().deleteOnExit();
      return Files.writeString(file, TIMEOUT);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The one object that is on stdout, alone. */
  public JsonNode json() {
    assertThat(out.lines()).as("stdout; stderr: %s", err).hasSize(1);
    return read(out);
  }

  /** The objects on stdout, one per line. */
  public List<JsonNode> jsonLines() {
    return out.lines().map(Ended::read).toList();
  }

  /** Requires that all went well. */
  public Ended done() {
    return ended(ExitStatus.DONE);
  }

  /** Requires an exit status, and no stack trace. */
  public Ended ended(int expected) {
    assertThat(status).as("stderr: %s, stdout: %s", err, out).isEqualTo(expected);
    assertThat(err).doesNotContain("\tat ");
    return this;
  }

  /** Requires an exit status, and words on stderr. */
  public void failed(int expected, String... words) {
    assertThat(ended(expected).err).contains(words);
  }

  /** Requires an exit status, and one line on stderr that has the words. */
  public void failedInALine(int expected, String... words) {
    failed(expected, words);
    assertThat(err).hasLineCount(1);
  }

  public String onlyErrorLine() {
    assertThat(err.lines()).hasSize(1);
    return err;
  }

  private static JsonNode read(String line) {
    try {
      JsonNode node = JSON.readTree(line);
      assertThat(node.isObject()).as(line).isTrue();
      return node;
    } catch (IOException e) {
      throw new AssertionError(line, e);
    }
  }
}
