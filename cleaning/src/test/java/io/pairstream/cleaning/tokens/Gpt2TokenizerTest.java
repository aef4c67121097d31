package io.pairstream.cleaning.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the ids are compared with is made by {@code src/test/reference/gpt2_reference.py}. */
class Gpt2TokenizerTest {

  private final Tokenizer tokenizer = Tokenizer.gpt2();

  @ParameterizedTest(name = "{0}")
  @MethodSource("golden")
  void equalsTheReferenceOnHostileCaptions(String json, String ids) throws IOException {
    String text = new ObjectMapper().readValue(json, String.class);

    assertThat(ids(tokenizer.encode(text))).isEqualTo(ids);
  }

  @Test
  void equalsTheReferenceOnEveryCodePoint() {
    Digest digest = new Digest();

    for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
      if (codePoint < Character.MIN_SURROGATE || codePoint > Character.MAX_SURROGATE) {
        String character = Character.toString(codePoint);
        digest.add(tokenizer.encode(character));
        digest.add(tokenizer.encode("a" + character + "b"));
        digest.add(tokenizer.encode(" " + character + character));
      }
    }

    assertThat(digest.hex())
        .isEqualTo("d411add68a48c6a71af755f47994d79000942d51ae42af51aaf62f2eccd34be2");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "en.tsv, 7c3adbd563dab0882b6f6da0aad4e82927ba15b9ea1ee0ab2fbf14bbd51674b1",
    "zh.tsv, 60f7051165c1872a5fb52cdffefb1ee618cee91f60395046bccac7aa154a0eb8"
  })
  void equalsTheReferenceOnRealCaptions(String file, String expected) throws IOException {
    Path captions =
        Path.of(System.getProperty("pairstream.project.dir", ".."), "../shared/data/captions");
    assumeTrue(Files.isDirectory(captions), "no real captions on this machine: " + captions);
    Digest digest = new Digest();

    for (String line : Files.readString(captions.resolve(file)).split("\n", -1)) {
      if (!line.isEmpty()) {
        digest.add(tokenizer.encode(line.substring(line.indexOf('\t') + 1)));
      }
    }

    assertThat(digest.hex()).isEqualTo(expected);
  }

  @Test
  void digestIsThatOfTheVocabularyFile() {
    assertThat(tokenizer.digest())
        .isEqualTo("306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930");
  }

  /** Work that grew with the square of the length would not end within the time-out. */
  @ParameterizedTest(name = "{0} repeated")
  @MethodSource("repeated")
  @Timeout(60)
  void doesNotSlowDownWithTheLengthOfATextWithoutABreak(String unit) {
    String text = unit.repeat((1 << 20) / unit.getBytes(StandardCharsets.UTF_8).length);

    assertThat(tokenizer.encode(text)).isNotEmpty();
  }

  private static Stream<String> repeated() {
    return Stream.of(
        "a", " ", "!", "'", "9", "ab", "\u72d7", "a ", "\n", "\u0301", "x".repeat(499) + " ");
  }

  private static List<Arguments> golden() {
    return new String(VocabularyFile.read("gpt2-golden.tsv"), StandardCharsets.US_ASCII)
        .lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> Arguments.of((Object[]) line.split("\t", 2)))
        .toList();
  }

  private static String ids(int[] ids) {
    return Arrays.stream(ids).mapToObj(String::valueOf).collect(Collectors.joining(","));
  }

  /** SHA-256 over one line per text: its ids, joined by commas. */
  private static final class Digest {

    private final MessageDigest sha256;

    Digest() {
      try {
        sha256 = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }

    void add(int[] tokens) {
      sha256.update((ids(tokens) + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    String hex() {
      return HexFormat.of().formatHex(sha256.digest());
    }
  }
}
