package io.pairstream.ingest.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnsweredPromptsTest {

  private static final ImageRequest REQUEST = new ImageRequest("m", Map.of());
  private static final Prompt OWL = Prompt.of("p.txt:1", "an owl");

  @TempDir Path folder;

  @Test
  void lineThatAKillHasCutIsTakenAway() throws Exception {
    Path file = folder.resolve("state");
    try (AnsweredPrompts answered = AnsweredPrompts.open(file, REQUEST, "t")) {
      answered.refused(answered.name(OWL), RefusalReason.BAD_PROMPT);
    }
    String whole = Files.readString(file);
    for (int cut = 0; cut < whole.length(); cut++) {
      Files.writeString(file, whole + whole.substring(0, cut));
      try (AnsweredPrompts answered = AnsweredPrompts.open(file, REQUEST, "t")) {
        assertThat(answered.contains(answered.name(OWL))).isTrue();
        answered.refused(answered.name(OWL), RefusalReason.BAD_PROMPT);
      }
      assertThat(Files.readAllLines(file)).hasSize(2);
    }
  }

  @Test
  void oneRunAtATimeUsesAFile() {
    Path file = folder.resolve("state");
    try (AnsweredPrompts first = AnsweredPrompts.open(file, REQUEST, "t")) {
      assertThat(first.contains("x")).isFalse();
      assertThatThrownBy(() -> AnsweredPrompts.open(file, REQUEST, "t").close())
          .isInstanceOf(UnusablePromptsException.class)
          .hasMessageContaining("in use by another run");
    }
  }

  @Test
  void anotherFileIsLeftAsItIs() throws Exception {
    Path file = Files.writeString(folder.resolve("p.jsonl"), "{\"prompt\": \"an owl\"}\n");

    assertThatThrownBy(() -> AnsweredPrompts.open(file, REQUEST, "t").close())
        .isInstanceOf(UnusablePromptsException.class)
        .hasMessageContaining("p.jsonl:1 is not what this command notes");
    assertThat(file).hasContent("{\"prompt\": \"an owl\"}\n");
  }
}
