package io.pairstream.ingest.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PromptFileTest {

  @TempDir Path folder;

  @Test
  void lineIsAPrompt() throws Exception {
    assertThat(read("p.txt", "\uFEFF# an owl\r\n\n  \t\n 一只猫 \n").prompts())
        .containsExactly(prompt("p.txt:1", "# an owl"), prompt("p.txt:4", "一只猫"));
  }

  @Test
  void objectIsAPromptWithWhatIsKnown() throws Exception {
    PromptFile items =
        read(
            "p.jsonl",
            """
            {"prompt": "an owl", "caption": "Owl", "language": "en", "size": 3, "shelf": null}

            {"prompt": "a cat", "caption": null}
            """);

    assertThat(items.prompts())
        .containsExactly(
            new PromptFile.Prompt("p.jsonl:1", "an owl", "Owl", "en", Map.of("size", "3")),
            prompt("p.jsonl:3", "a cat"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "not JSON | not JSON",
        "[1] | not a JSON object",
        "{\"prompt\": \"a\", \"prompt\": \"b\"} | not JSON: Duplicate field 'prompt'",
        "{\"caption\": \"a\"} | the prompt is empty; say what to draw in 'prompt'",
        "{\"prompt\": \" \"} | the prompt is empty; say what to draw in 'prompt'",
        "{\"prompt\": [\"a\"]} | 'prompt' holds neither a string nor a number"
      })
  void wrongLineCostsItselfAlone(String line, String message) throws Exception {
    PromptFile items = read("p.jsonl", line + "\n{\"prompt\": \"an owl\"}\n");

    assertThat(items.problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.where()).isEqualTo("p.jsonl:1");
              assertThat(problem.message()).startsWith(message);
            });
    assertThat(items.prompts()).containsExactly(prompt("p.jsonl:2", "an owl"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"nowhere.txt", "p.docx", "p"})
  void saysThatAFileIsNoListOfPrompts(String name) throws Exception {
    if (name.startsWith("p")) {
      Files.write(folder.resolve(name), "an owl".getBytes(StandardCharsets.UTF_8));
    }

    assertThatThrownBy(() -> PromptFile.read(folder.resolve(name)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private PromptFile read(String name, String text) throws Exception {
    return PromptFile.read(Files.writeString(folder.resolve(name), text));
  }

  private static PromptFile.Prompt prompt(String where, String text) {
    return new PromptFile.Prompt(where, text, "", "", Map.of());
  }
}
