package io.pairstream.logs;

import static java.util.logging.Level.SEVERE;
import static java.util.logging.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.platform.TestJava;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.logging.Logger;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;

/** Lines that a process really writes, in both formats. */
class LogsTest {

  private static final String CAPTION = "a caption that may not be logged";

  /** The process. */
  static final class Program {

    private Program() {}

    public static void main(String[] arguments) throws ReflectiveOperationException {
      System.setProperty("pairstream.instance", "me");
      Logs.install(arguments[0]);
      Logger log = Logger.getLogger("io.pairstream.tried");
      Exception cause = new IllegalStateException("cannot read: " + CAPTION);
      cause.addSuppressed(new IllegalStateException(CAPTION));
      log.log(SEVERE, "a \"step\"\nfailed\u0007", new IllegalArgumentException(CAPTION, cause));
      log.log(WARNING, "refused", new TopicAuthorizationException("Not authorized"));
      log.log(WARNING, "unreadable", new SerializationException(CAPTION));
      log.warning("all is well");
      // As Java does when a process begins to stop.
      java.util.logging.LogManager.getLogManager().reset();
      Class<?> corrupted = Class.forName("org.apache.kafka.streams.errors.TaskCorruptedException");
      log.warning("[QuorumController id=1] Performing controller activation.");
      log.warning("Auto topic creation failed for __x with error 'TOPIC_ALREADY_EXISTS': It is.");
      log.severe("x processExpiredBrokerHeartbeat: controller event queue overloaded. Timed out.");
      log.warning("Store did not find checkpoint offsets while stores are not empty,\n  more");
      log.warning("Failed to register startup state stores for task 0_2: 0_2 are corrupted now");
      log.log(SEVERE, "", (Throwable) corrupted.getConstructor(Set.class).newInstance(Set.of()));
    }
  }

  @Test
  void eachLineIsAnObjectWithoutWhatExceptionsQuote() throws Exception {
    List<String> lines = linesOf("json");

    assertThat(lines).hasSize(5);
    assertThat(String.join("", lines)).doesNotContain(CAPTION);
    JsonNode failed = JsonMapper.builder().build().readTree(lines.get(0));
    assertThat(failed.path("time").asText()).matches("\\d{4}-\\d\\d-\\d\\dT[0-9:]+\\.\\d{3}Z");
    assertThat(failed.path("level").asText()).isEqualTo("ERROR");
    assertThat(failed.path("logger").asText()).isEqualTo("io.pairstream.tried");
    assertThat(failed.path("message").asText()).isEqualTo("a \"step\"\nfailed\u0007");
    assertThat(failed.path("service").asText()).isEqualTo("preprocess");
    assertThat(failed.path("instance").asText()).isEqualTo("me");
    assertThat(failed.path("stack").asText())
        .contains("java.lang.IllegalArgumentException", "Caused by")
        .contains("java.lang.IllegalStateException", "LogsTest.java");
    assertThat(JsonMapper.builder().build().readTree(lines.get(1)).path("stack").asText())
        .contains("TopicAuthorizationException: Not authorized");
    assertThat(JsonMapper.builder().build().readTree(lines.get(3)).has("stack")).isFalse();
  }

  @Test
  void linesForPeopleQuoteNothingEitherAndCallNothingAnErrorThatFollowsAStartOrAKill()
      throws Exception {
    List<String> lines = linesOf("text");

    assertThat(lines.get(0)).endsWith("ERROR [main] i.p.tried: a \"step\" failed ");
    assertThat(lines).filteredOn(line -> line.matches("\\S+ (WARN|ERROR) .*")).hasSize(4);
    assertThat(lines).last().asString().contains("INFO ", "builds stores anew");
    assertThat(String.join("\n", lines))
        .doesNotContain(CAPTION, "TaskCorruptedException")
        .contains("java.lang.IllegalStateException", "Not authorized");
  }

  private static List<String> linesOf(String format) throws Exception {
    ProcessBuilder program =
        TestJava.command(Program.class, "preprocess").redirectErrorStream(true);
    program.environment().put("PAIRSTREAM_LOG_FORMAT", format);
    program.environment().put("JAVA_TOOL_OPTIONS", "");
    Process process = program.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.lines().filter(line -> !line.startsWith("Picked up")).toList();
  }
}
