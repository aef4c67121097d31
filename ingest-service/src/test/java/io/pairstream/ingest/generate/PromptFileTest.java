package io.pairstream.ingest.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
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
        .containsExactly(
            PromptFile.Prompt.of("p.txt:1", "# an owl"), PromptFile.Prompt.of("p.txt:4", "一只猫"));
  }

  @Test
  void objectIsAPromptWithWhatIsKnown() throws Exception {
    PromptFile items =
        read(
            "p.jsonl",
            """
            {"prompt": "an owl", "caption": "Owl", "language": "en", "n": 3, "size": "9x9", "seed": 9000000000, "shelf": 7}

            {"prompt": "a cat", "caption": null}
            """);

    assertThat(items.prompts())
        .containsExactly(
            new PromptFile.Prompt(
                "p.jsonl:1",
                "an owl",
                "Owl",
                "en",
                Map.of(
                    "n",
                    IntNode.valueOf(3),
                    "size",
                    TextNode.valueOf("9x9"),
                    "seed",
                    LongNode.valueOf(9_000_000_000L)),
                Map.of("shelf", "7")),
            PromptFile.Prompt.of("p.jsonl:3", "a cat"));
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
        "{\"prompt\": [\"a\"]} | 'prompt' holds neither a string nor a number",
        "{\"prompt\": \"a\", \"n\": 11} | n must be 1 to 10",
        "{\"prompt\": \"a\", \"n\": 0} | n must be 1 to 10",
        "{\"prompt\": \"a\", \"seed\": \"x\"} | seed must be a whole number"
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
    assertThat(items.prompts()).containsExactly(PromptFile.Prompt.of("p.jsonl:2", "an owl"));
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
}
