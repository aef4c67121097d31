package io.pairstream.cleaning.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.cleaning.ClassPathFile;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TokenTextTest {

  private static final Map<String, String> DECODERS =
      Map.of(
          "bpe", "{\"type\": \"ByteLevel\"}",
          "wordpiece", "{\"type\": \"WordPiece\", \"prefix\": \"##\", \"cleanup\": true}",
          "unigram", "{\"type\": \"Metaspace\"}");

  @TempDir private Path folder;

  private TokenText read(String keys) {
    RecipeReader card =
        RecipeReader.parse(folder.resolve("card").toString(), "words: {" + keys + "}");
    TokenText words = TokenText.from(card, "words");
    card.finish();
    return words;
  }

  private TokenText shipped(String name) {
    return read("tokenizer: " + name);
  }

  /** A stored file, with a decoder. */
  private TokenText file(String name) throws IOException {
    ObjectMapper json = new ObjectMapper();
    try (InputStream in = TokenTextTest.class.getResourceAsStream("json/" + name)) {
      ObjectNode tokenizer = (ObjectNode) json.readTree(in);
      tokenizer.set("decoder", json.readTree(DECODERS.get(name.replaceAll("-.*", ""))));
      json.writeValue(folder.resolve(name).toFile(), tokenizer);
    }
    return read("file: '" + folder.resolve(name) + "'");
  }

  static Stream<String[]> golden() {
    return ClassPathFile.lines(TokenTextTest.class, "decoded-golden.tsv")
        .map(line -> line.split("\t", 3));
  }

  /** The golden file is {@code decoded_reference.py}'s. */
  @ParameterizedTest(name = "{0} {2}")
  @MethodSource("golden")
  void textIsThatOfHuggingFacesTokenizers(String name, String ids, String text) throws IOException {
    List<Integer> numbers = Arrays.stream(ids.split(" ")).map(Integer::valueOf).toList();

    assertThat(file(name).of(numbers)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2, ' A café, and 🚲 by the wall.', 'A café, and 🚲 by the wall.'",
    "clip, a café and 🚲 by the wall, a café and 🚲 by the wall",
    "bert-chinese, 'Two dogs, a dog''s 3, unaffable!', 'two dogs, a dog''s 3, unaffable!'",
  })
  void shippedVocabulariesReadWhatTheyWrote(String name, String text, String read)
      throws IOException {
    Tokenizer tokenizer = Tokenizer.named(name, false).orElseThrow();
    List<Integer> ids = Arrays.stream(tokenizer.encode(text)).boxed().toList();

    assertThat(shipped(name).of(ids)).isEqualTo(read);
    assertThat(shipped(name).size()).isEqualTo(tokenizer.vocabularySize());
  }

  @Test
  void isALineWithoutControlCharacters() throws IOException {
    Tokenizer gpt2 = Tokenizer.named("gpt2", false).orElseThrow();
    List<Integer> ids =
        Arrays.stream(gpt2.encode(" a\r\n\tcat\u0007\u0085 \u2028sat\n")).boxed().toList();

    assertThat(shipped("gpt2").of(ids)).isEqualTo("a cat sat");
    assertThat(shipped("gpt2").of(List.of(50256, 64, 50256))).isEqualTo("a");
    assertThat(shipped("gpt2").of(List.of(8582))).matches("\ufffd+");
  }

  @Test
  void decoderThatIsNotReadIsRefusedByName() throws IOException {
    String none = "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}}, \"decoder\": null}";
    Path file = Files.writeString(folder.resolve("none.json"), none);

    assertThatThrownBy(() -> file("unigram-t5.json"))
        .hasMessageContaining(
            "words.file: 'unigram-t5.json': the decoder {\"type\":\"Metaspace\"} is not supported;"
                + " ByteLevel and WordPiece are");
    assertThatThrownBy(() -> read("file: '" + file + "'"))
        .hasMessageContaining("the decoder null is not supported");
    assertThatThrownBy(() -> read("tokenizer: hf"))
        .hasMessageContaining("words.file: tokenizer hf needs one");
  }
}
