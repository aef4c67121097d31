package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;

/** What {@code pairstream} left behind: its exit status, and what it wrote. */
record Ended(int status, String out, String err) {

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /**
   * Runs a subcommand in this process.
   *
   * @param command its words with spaces between
   */
  static Ended after(String command, String... arguments) {
    List<String> all = new ArrayList<>(List.of(command.split(" ", -1)));
    all.addAll(List.of(arguments));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(all.toArray(String[]::new));
    return new Ended(status, out.toString(), err.toString());
  }

  /** The one object that is on stdout, alone. */
  JsonNode json() {
    assertThat(out.lines()).as("stdout; stderr: %s", err).hasSize(1);
    return read(out);
  }

  /** The objects on stdout, one per line. */
  List<JsonNode> jsonLines() {
    return out.lines().map(Ended::read).toList();
  }

  String onlyErrorLine() {
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
