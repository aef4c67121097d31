package io.pairstream.cleaning.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the ids are compared with is made by {@code src/test/reference/tokens_reference.py} from the
 * Python references; the tokenizers in {@code json} by {@code make_tokenizers.py}.
 */
class GoldenTokensTest {

  private static final String SPECIAL = "+special";

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
    return switch (name) {
      case "gpt2" -> Tokenizer.gpt2();
      case "glide" -> Tokenizer.glide();
      case "clip" -> Tokenizer.clip(true);
      case "clip-ordinary" -> Tokenizer.clip(false);
      case "dalle" -> Tokenizer.dalle(true);
      case "bert-chinese" -> Tokenizer.bertChinese();
      default -> {
        boolean special = name.endsWith(SPECIAL);
        String file = special ? name.substring(0, name.length() - SPECIAL.length()) : name;
        yield TokenizerFile.read(
                Path.of(GoldenTokensTest.class.getResource("json/" + file + ".json").toURI()),
                special)
            .tokenizer();
      }
    };
  }

  private static List<String> names() throws IOException {
    return List.copyOf(golden().keySet());
  }

  private static Map<String, List<String[]>> golden() throws IOException {
    try (InputStream in = GoldenTokensTest.class.getResourceAsStream("tokens-golden.tsv");
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
      return lines
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t", 3))
          .collect(Collectors.groupingBy(line -> line[0], LinkedHashMap::new, Collectors.toList()));
    }
  }

  private static String ids(int[] ids) {
    return Arrays.stream(ids).mapToObj(String::valueOf).collect(Collectors.joining(","));
  }
}
