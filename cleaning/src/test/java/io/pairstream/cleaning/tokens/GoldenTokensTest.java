package io.pairstream.cleaning.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.pairstream.cleaning.ClassPathFile;
import io.pairstream.cleaning.Sha256;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ids equal the golden files made by {@code src/test/reference/tokens_reference.py} and {@code
 * gpt2_reference.py} from the Python references; the tokenizers in {@code json} by {@code
 * make_tokenizers.py}.
 */
class GoldenTokensTest {

  private static final String SPECIAL = "+special";

  private final Tokenizer gpt2 = Tokenizer.named("gpt2", false).orElseThrow();

  @ParameterizedTest(name = "{0}")
  @MethodSource("names")
  void equalsTheReferenceOnHostileTexts(String name) throws Exception {
    Tokenizer tokenizer = tokenizer(name);

    for (String[] line : golden().get(name)) {
      String text = new ObjectMapper().readValue(line[1], String.class);
      assertThat(ids(tokenizer.encode(text))).as(line[1]).isEqualTo(line[2]);
      assertThat(ids(tokenizer.encode(text))).as("once more: " + line[1]).isEqualTo(line[2]);
    }
  }

  private static Tokenizer tokenizer(String name) throws IOException, URISyntaxException {
    switch (name) {
      case "gpt2", "glide", "bert-chinese", "clip", "dalle" -> {
        return Tokenizer.named(name, true).orElseThrow();
      }
      case "clip-ordinary" -> {
        return Tokenizer.named("clip", false).orElseThrow();
      }
      default -> {
        String file = "json/" + name.replace(SPECIAL, "") + ".json";
        return TokenizerFile.parse(
            Files.readAllBytes(Path.of(GoldenTokensTest.class.getResource(file).toURI())),
            name.endsWith(SPECIAL));
      }
    }
  }

  private static List<String> names() {
    return List.copyOf(golden().keySet());
  }

  /** By tokenizer: its name, a text in JSON, and the text's ids. */
  private static Map<String, List<String[]>> golden() {
    return Stream.concat(
            ClassPathFile.lines(GoldenTokensTest.class, "tokens-golden.tsv"),
            ClassPathFile.lines(GoldenTokensTest.class, "gpt2-golden.tsv")
                .map(line -> line.startsWith("#") ? line : "gpt2\t" + line))
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split("\t", 3))
        .collect(Collectors.groupingBy(line -> line[0], LinkedHashMap::new, Collectors.toList()));
  }

  @Tag("full")
  @Test
  void equalsGpt2sReferenceOnEveryCodePoint() {
    MessageDigest digest = Sha256.begin();

    for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
      if (codePoint < Character.MIN_SURROGATE || codePoint > Character.MAX_SURROGATE) {
        String character = Character.toString(codePoint);
        add(digest, character);
        add(digest, "a" + character + "b");
        add(digest, " " + character + character);
      }
    }

    assertThat(HexFormat.of().formatHex(digest.digest()))
        .isEqualTo("d411add68a48c6a71af755f47994d79000942d51ae42af51aaf62f2eccd34be2");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "en.tsv, 7c3adbd563dab0882b6f6da0aad4e82927ba15b9ea1ee0ab2fbf14bbd51674b1",
    "zh.tsv, 60f7051165c1872a5fb52cdffefb1ee618cee91f60395046bccac7aa154a0eb8"
  })
  void equalsGpt2sReferenceOnRealCaptions(String file, String expected) throws IOException {
    Path captions =
        Path.of(System.getProperty("pairstream.project.dir", ".."), "../shared/data/captions");
    assumeTrue(Files.isDirectory(captions), "no real captions on this machine: " + captions);
    MessageDigest digest = Sha256.begin();

    for (String line : Files.readString(captions.resolve(file)).split("\n", -1)) {
      if (!line.isEmpty()) {
        add(digest, line.substring(line.indexOf('\t') + 1));
      }
    }

    assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(expected);
  }

  private void add(MessageDigest digest, String text) {
    digest.update((ids(gpt2.encode(text)) + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void digestIsThatOfTheVocabularyFile() {
    assertThat(gpt2.digest())
        .isEqualTo("306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930");
  }

  /** Work that grew with the square of the length would not end within the time-out. */
  @ParameterizedTest(name = "{0} repeated")
  @ValueSource(strings = {"a", " ", "9", "\u72d7"})
  @Timeout(600)
  void doesNotSlowDownWithTheLengthOfATextWithoutABreak(String unit) {
    String text = unit.repeat((1 << 20) / unit.getBytes(StandardCharsets.UTF_8).length);

    assertThat(gpt2.encode(text)).isNotEmpty();
  }

  @Tag("full")
  @ParameterizedTest(name = "{0} repeated")
  @ValueSource(strings = {"!", "'", "ab", "a ", "\n", "\u0301"})
  @Timeout(600)
  void doesNotSlowDownWithTheLengthOfFurtherTexts(String unit) {
    doesNotSlowDownWithTheLengthOfATextWithoutABreak(unit);
  }

  private static String ids(int[] ids) {
    return Arrays.stream(ids).mapToObj(String::valueOf).collect(Collectors.joining(","));
  }
}
