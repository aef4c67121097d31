package io.pairstream.cleaning.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.cleaning.recipe.InvalidRecipeException;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenTarget;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenizerFileTest {

  private static final String WORDS =
      """
      {"model": {"type": "WordPiece", "unk_token": "u", "vocab": {"u": 0, "dog": 1}}%s}
      """;

  @TempDir private Path folder;

  private static Path stored(String name) {
    try {
      return Path.of(TokenizerFileTest.class.getResource("json/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private Path written(String json) throws IOException {
    return Files.writeString(folder.resolve("tokenizer.json"), json);
  }

  @Test
  void takesPaddingAndSpecialTokensFromTheFile() throws IOException {
    Tokenizer file =
        TokenizerFile.parse(Files.readAllBytes(stored("wordpiece-uncased.json")), false);

    assertThat(file.padId()).isZero();
    assertThat(file.length()).isEqualTo(128);
    assertThat(file.name()).isEqualTo("hf");
    assertThat(file.digest()).matches("[0-9a-f]{64}");
    assertThat(file.before()).containsExactly(2);
    assertThat(file.after()).containsExactly(3);
  }

  @Test
  void takesTheLengthThatTheFileCutsAt() throws IOException {
    Path file = written(WORDS.formatted(", \"truncation\": {\"max_length\": 9}"));

    assertThat(TokenizerFile.parse(Files.readAllBytes(file), false).length()).isEqualTo(9);
  }

  @Test
  void isNamedInTheRecipeByItsContentAlone() throws IOException {
    Path file = written(WORDS.formatted(""));
    RecipeReader recipe =
        RecipeReader.parse(
            folder.resolve("recipe").toString(),
            "tokens: {tokenizer: hf, pad-id: 0, file: '" + file + "'}");

    TokenTarget target = new TokenizeCaption(recipe).main();

    assertThat(target.apply("dog").ids()).startsWith(1, 0).hasSize(128);
    assertThat(recipe.finish())
        .containsEntry("tokens.file", "sha256:" + target.tokenizer().digest())
        .containsEntry("tokens.special-in-text", "false");
  }

  @Test
  void asksForPaddingThatTheFileDoesNotName() throws IOException {
    RecipeReader recipe =
        RecipeReader.parse(
            folder.resolve("recipe").toString(),
            "tokens: {tokenizer: hf, file: '" + written(WORDS.formatted("")) + "'}");
    assertThat(new TokenizeCaption(recipe)).isNotNull();

    assertThatThrownBy(recipe::finish)
        .isInstanceOf(InvalidRecipeException.class)
        .hasMessageContaining("tokens.pad-id: the tokenizer has no padding");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        ", \"normalizer\": {\"type\": \"Bogus\"} | the normalizer Bogus is not supported",
        ", \"pre_tokenizer\": {\"type\": \"UnicodeScripts\"} | pre-tokenizer UnicodeScripts is not",
        ", \"post_processor\": {\"type\": \"Odd\"} | the post-processor Odd is not supported",
        ", \"pre_tokenizer\": {\"type\": \"Split\", \"pattern\": {\"Regex\": \"(ab)+\"},"
            + " \"behavior\": \"Removed\"} | it repeats a group",
        ", \"pre_tokenizer\": {\"type\": \"Split\", \"pattern\": {\"Regex\": \"([)]a){3}\"},"
            + " \"behavior\": \"Removed\"} | it repeats a group",
        ", \"pre_tokenizer\": {\"type\": \"Split\", \"pattern\": {\"Regex\": \"(a\"},"
            + " \"behavior\": \"Removed\"} | is not supported: Unclosed group",
        ", \"normalizer\": {\"type\": \"Precompiled\", \"precompiled_charsmap\": \"AAAA\"}"
            + " | precompiled_charsmap is damaged",
        ", \"added_tokens\": [{\"id\": 7, \"content\": \"cat\"}] | 'cat' has the id 7, not 2",
        ", \"post_processor\": {\"type\": \"TemplateProcessing\", \"single\": []} | has no text",
      })
  void refusesByNameWhatItDoesNotHave(String part, String message) throws IOException {
    Path file = written(WORDS.formatted(part));

    assertThatThrownBy(() -> TokenizerFile.parse(Files.readAllBytes(file), false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | it has no model",
        "[1] | it has no model",
        "{\"model\": {\"type\": \"Odd\"}} | the model Odd is not supported",
        "{\"model\": {\"type\": \"WordLevel\"}} | the model WordLevel is not supported",
        "{\"model\": {\"type\": \"BPE\", \"vocab\": {}}} | model.vocab is empty",
        "{\"model\": {\"type\": \"BPE\", \"dropout\": 0.1, \"vocab\": {\"a\": 0}}} | by chance",
        "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [\"a a\"]}} | a a is"
            + " not",
        "{\"model\": {\"type\": \"WordPiece\", \"vocab\": {\"a\": 0}, \"unk_token\": \"u\"}} | no"
            + " token",
        "{\"model\": {\"type\": \"Unigram\", \"vocab\": [[\"a\", 0.0]]}} | unk_id",
        "{\"model\": {\"type\": \"WordPiece\", \"vocab\": {\"a\": \"b\"}}} | 'a' has no id",
      })
  void refusesModelThatCannotWork(String json, String message) throws IOException {
    Path file = written(json);

    assertThatThrownBy(() -> TokenizerFile.parse(Files.readAllBytes(file), false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
