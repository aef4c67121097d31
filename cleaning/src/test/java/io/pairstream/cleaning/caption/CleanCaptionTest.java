package io.pairstream.cleaning.caption;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.CleanedCaption;
import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CleanCaptionTest {

  private final CleanCaption step = cleaner("");

  private static CleanCaption cleaner(String yaml) {
    RecipeReader recipe = RecipeReader.parse("recipe", yaml);
    CleanCaption cleaner = new CleanCaption(recipe);
    recipe.finish();
    return cleaner;
  }

  private String clean(String text) {
    return step.apply(new ReceivedCaption(text, "", ""))
        .fold(CleanedCaption::text, rejection -> "rejected: " + rejection.reason());
  }

  private static Stream<Arguments> cleaned() {
    return Stream.of(
        // Entities are decoded to the end.
        Arguments.of("caf&eacute; &amp; bar", "caf\u00E9 & bar"),
        Arguments.of("&amp;amp;amp;lt;3&gt;", "<3>"),
        Arguments.of("&#72;&#x69; &#128512;", "Hi \uD83D\uDE00"),
        Arguments.of("black&nbsp;&amp;nbsp;dog", "black dog"),
        Arguments.of("AT&T R&D this & that", "AT&T R&D this & that"),
        Arguments.of("a &am&#112;;lt; b", "a < b"),
        Arguments.of("a &a\u200Bmp;lt; b", "a < b"),
        Arguments.of("&shy;so&shy;ft", "soft"),
        // White space of every kind collapses.
        Arguments.of("  a  b ", "a b"),
        Arguments.of("a\tb\r\nc\u000Bd\fe", "a b c d e"),
        Arguments.of("a\u0085b\u00A0c\u1680d\u2003e\u2028f\u2029g", "a b c d e f g"),
        Arguments.of("a\u202Fb\u205Fc\u3000d\u2800e\u001Cf", "a b c d e f"),
        Arguments.of("\u3000\u200B\u4E00\u3000 \u3000\u4E8C\u200B ", "\u4E00 \u4E8C"),
        Arguments.of("a \u200B b", "a b"),
        // Joiners and selectors that join nothing go.
        Arguments.of("\uD83D\uDE00\u200D tail", "\uD83D\uDE00 tail"),
        Arguments.of("\uD83D\uDE00\u200Ddog", "\uD83D\uDE00dog"),
        Arguments.of("\uD83D\uDE00\u200C\uD83D\uDE00", "\uD83D\uDE00\uD83D\uDE00"),
        Arguments.of("\uD83D\uDE00\uFE0F\uFE0F\uFE0E\uFE0F", "\uD83D\uDE00\uFE0F"),
        Arguments.of("\uD83D\uDE00\uFE00\uDB40\uDD00", "\uD83D\uDE00"),
        Arguments.of(
            "\uD83D\uDE00\u200D\u200D\u200D\uD83D\uDE00", "\uD83D\uDE00\u200D\uD83D\uDE00"),
        Arguments.of("\u0915\u200Da", "\u0915a"),
        Arguments.of("a\u200D\u0915", "a\u0915"),
        Arguments.of("\u0915\u200D \u0915", "\u0915 \u0915"),
        Arguments.of("\u0915\u200D1", "\u09151"),
        Arguments.of("1\uFE0F2 3\uFE0F", "12 3"),
        Arguments.of("1\uFE0F \u20E3", "1 \u20E3"),
        Arguments.of("\uD83C\uDFF4\uDB40\uDC67\uDB40\uDC62\uDB40\uDC7F flag", "\uD83C\uDFF4 flag"),
        // A part finishes what another lays bare.
        Arguments.of(
            "Our dog Rex, see <a href='http://rex.example'>his page</a>",
            "Our dog Rex, see his page"),
        Arguments.of("cafÃ&copy; &lt;b&gt;noir&lt;/b&gt;", "café noir"),
        Arguments.of("ｗｗｗ．ｅｘａｍｐｌｅ．ｃｏｍ a red ｃａｒ", "a red car"),
        Arguments.of("a cat ＃ＣａｔＬｏｖｅｒ", "a cat Cat Lover"),
        Arguments.of("mail &#97;nna&#64;example.org for prints", "mail for prints"),
        Arguments.of("a b\u200Bc http://a.b/\u200Bc d", "a bc c d"),
        Arguments.of("[a dog](http://x.example/y) runs", "a dog runs"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("cleaned")
  void cleans(String received, String cleaned) {
    assertThat(clean(received)).isEqualTo(cleaned);
  }

  @Test
  void turnsAmpersandsIntoSpacesWhereEscapingGoesTooDeep() {
    assertThat(clean("a &" + "amp;".repeat(7) + "lt; b")).isEqualTo("a < b");
    assertThat(clean("a &" + "amp;".repeat(9) + "lt; b")).isEqualTo("a amp;lt; b");
  }

  @ParameterizedTest(name = "U+{0}")
  @ValueSource(
      strings = {
        "0", "1", "8", "1B", "7F", "9F", "AD", "34F", "61C", "115F", "17B4", "180B", "180E", "200B",
        "200C", "200D", "200E", "200F", "202A", "202E", "2060", "2064", "2066", "2069", "206A",
        "3164", "E000", "F8FF", "FDD0", "FDEF", "FE00", "FE0E", "FE0F", "FEFF", "FFA0", "FFF0",
        "FFF9", "FFFB", "FFFC", "FFFE", "FFFF", "1BCA0", "1D173", "1FFFE", "E0001", "E0041",
        "E007F", "E0100", "E0FFF", "F0000", "10FFFD", "10FFFF"
      })
  void removesInvisibleCharacters(String hex) {
    String character = Character.toString(Integer.parseInt(hex, 16));

    assertThat(clean("ab" + character + "cd")).isEqualTo("abcd");
    assertThat(clean(character + "ab cd" + character)).isEqualTo("ab cd");
  }

  @ParameterizedTest(name = "U+{0}")
  @ValueSource(
      strings = {"600", "6DD", "70F", "8E2", "FFFD", "378", "1C89", "1D400", "E3F", "1F6D8"})
  void keepsVisibleCharacters(String hex) {
    String text = "ab " + Character.toString(Integer.parseInt(hex, 16)) + " cd";

    assertThat(clean(text)).isEqualTo(text);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67 family",
        "\uD83E\uDDD1\uD83C\uDFFD\u200D\uD83E\uDD1D\u200D\uD83E\uDDD1\uD83C\uDFFB hands",
        "\uD83D\uDC41\uFE0F\u200D\uD83D\uDDE8\uFE0F eye",
        "\u2764\uFE0F\u200D\uD83D\uDD25 heart, \u263A\uFE0E smile",
        "\uD83D\uDC69\u200D\u2695\uFE0F doctor, \uD83C\uDFF4\u200D\u2620\uFE0F pirates",
        "1\uFE0F\u20E3 one, #\uFE0F\u20E3, *\uFE0F\u20E3",
        "\u2194\uFE0F \u25FE\uFE0F \u3030\uFE0F \u00A9\uFE0F",
        "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645",
        "\u0915\u094D\u200D\u0937",
        "\u0915\u094D\u200C\u0937",
        "\u0DC1\u0DCA\u200D\u0DBB\u0DD3",
        "\u09B0\u200D\u09CD\u09AF"
      })
  void keepsWhatHoldsEmojiAndSpellingTogether(String text) {
    assertThat(clean(text)).isEqualTo(text);
  }

  @Test
  void cleanedTextIsCleanWhateverCameAndWhateverTheRecipe() {
    assertCleanTwice(0, combinations().size());
  }

  @Tag("full")
  @Test
  void cleanedTextIsCleanForMoreTexts() {
    assertCleanTwice(combinations().size(), 30_000);
  }

  private static void assertCleanTwice(long fromSeed, long toSeed) {
    CleanCaption preset = cleaner("");
    List<CleanCaption> all = combinations();
    for (long seed = fromSeed; seed < toSeed; seed++) {
      String received = new Captions(seed).next(24);
      CleanCaption cleaner = seed % 3 == 0 ? preset : all.get((int) (seed / 3 % all.size()));

      Outcome<CleanedCaption> outcome = cleaner.apply(new ReceivedCaption(received, "", ""));

      for (CleanedCaption caption : outcome.keptOnly()) {
        String text = caption.text();
        assertThat(cleaner.apply(new ReceivedCaption(text, "", "")).keptOnly())
            .as("seed %d cleaned twice", seed)
            .extracting(CleanedCaption::text)
            .containsExactly(text);
        assertThat(Normalizer.isNormalized(text, Normalizer.Form.NFC))
            .as("seed %d in NFC", seed)
            .isTrue();
        assertThat(text.strip()).as("seed %d stripped", seed).isEqualTo(text).isNotEmpty();
        assertThat(text)
            .as("seed %d without doubled or strange spaces, controls and bidi controls", seed)
            .doesNotContainPattern(
                "  |[\\p{Cc}\\p{Co}\\p{Cs}\\u00AD\\u061C\\u200B\\u200E\\u200F\\u2028-\\u202E"
                    + "\\u2060-\\u206F\\uFEFF\\uFFF9-\\uFFFC\\x{E0000}-\\x{E0FFF}]");
      }
      for (Rejection rejection : outcome.rejectedOnly()) {
        assertThat(rejection.reason())
            .as("seed %d", seed)
            .isIn(
                RejectReason.CAPTION_TOO_SHORT,
                RejectReason.CAPTION_TANGLED,
                RejectReason.CAPTION_HAS_LINK,
                RejectReason.CAPTION_HAS_CONTACT);
      }
    }
  }

  /** Every combination of switches that there is. */
  private static List<CleanCaption> combinations() {
    List<String> all = List.of("");
    for (String key :
        List.of(
            "mojibake: repair keep",
            "width: fold keep",
            "markup: strip keep",
            "emoji: keep remove",
            "links: remove mask keep reject",
            "emails: remove mask keep reject",
            "phone-numbers: remove mask keep reject",
            "hashtags: words remove keep")) {
      String[] words = key.split(" ");
      all =
          all.stream()
              .flatMap(
                  before ->
                      Arrays.stream(words)
                          .skip(1)
                          .map(word -> before + words[0] + " " + word + ", "))
              .toList();
    }
    return all.stream().map(keys -> cleaner("caption: {" + keys + "}")).toList();
  }

  @Test
  void cleanedTextIsCleanForEveryCodePoint() {
    for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
      int type = Character.getType(codePoint);
      boolean isAlike =
          type == Character.UNASSIGNED
              || type == Character.PRIVATE_USE
              || type == Character.OTHER_LETTER;
      // Of a million that are alike, one in a hundred says it for all.
      if (type != Character.SURROGATE && (!isAlike || codePoint % 101 == 0)) {
        String character = Character.toString(codePoint);
        String text = clean(character + "\u200D" + character + "\uFE0F" + character + " &#38;lt");

        String again = clean(text);

        if (!again.equals(text)) {
          assertThat(again).as("U+%04X", codePoint).isEqualTo(text);
        }
      }
    }
  }

  private static Stream<String> slowest() {
    return Stream.of(
        "\u0344".repeat(4096),
        "&" + "amp;".repeat(2047),
        "\u200D".repeat(2730),
        "<<".repeat(4095) + ">",
        "](".repeat(4096),
        "a.com/".repeat(1365),
        "a@b.".repeat(2048),
        "1 ".repeat(4096),
        "#a".repeat(4096),
        "\u00C3\u0192".repeat(2048),
        "\uFF76\uFF9E".repeat(1365));
  }

  private static Stream<String> furtherSlowest() {
    String marks =
        IntStream.range(0, 4096)
            .mapToObj(i -> i % 2 == 0 ? "\u0301" : "\u0323")
            .reduce("", String::concat);
    return Stream.of(
        marks,
        "&am&#112;;".repeat(819),
        "&".repeat(8192),
        "&a".repeat(4096),
        "\uD83D\uDE00\u200D".repeat(1170),
        "\uFE0F".repeat(2730),
        " ".repeat(8192),
        "a ".repeat(4096),
        "\uD834\uDD60".repeat(2048),
        "<b ".repeat(2730),
        "<!--".repeat(2048),
        "<script>".repeat(1024),
        "<b>".repeat(1000) + "<b" + "<b".repeat(1000),
        "[a](".repeat(2048),
        "http://".repeat(1170),
        "www.a.com".repeat(910),
        "a.".repeat(4000) + "com/",
        "a@".repeat(4096),
        "a.b@".repeat(2048),
        "1".repeat(8192),
        "+1-".repeat(2730),
        "call 1".repeat(1365),
        "#".repeat(8192),
        "#_".repeat(4096),
        "\u00C3".repeat(4096),
        "\uFF06".repeat(2730),
        "0 1 ".repeat(2048),
        "00 11 ".repeat(1365),
        "sku 1 ".repeat(1365));
  }

  /**
   * Work that grew with the square of the length would not end within the time-out, nor within
   * hours.
   */
  @Tag("full")
  @ParameterizedTest
  @MethodSource("furtherSlowest")
  @Timeout(600)
  void doesNotSlowDownWithTheLengthOfOtherCaptions(String text) {
    doesNotSlowDownWithTheLengthOfTheWorstOfCaptions(text);
  }

  @ParameterizedTest
  @MethodSource("slowest")
  @Timeout(600)
  void doesNotSlowDownWithTheLengthOfTheWorstOfCaptions(String text) {
    CleanCaption large = cleaner("caption: {max-bytes: 1048576}");
    String longest = text.repeat((1 << 20) / text.getBytes(StandardCharsets.UTF_8).length);

    assertThat(large.apply(new ReceivedCaption(longest, "", ""))).isNotNull();
  }

  @Test
  void keepsCaptionOnTheLimitAndRejectsOneByteMore() {
    CleanCaption small = cleaner("caption: {max-bytes: 12}");

    // 1 + 2 + 3 + 4 bytes and two of space
    assertThat(small.apply(new ReceivedCaption("a\u00E9\u4E00\uD83D\uDE00  ", "", "")).keptOnly())
        .extracting(CleanedCaption::text)
        .containsExactly("a\u00E9\u4E00\uD83D\uDE00");
    assertThat(small.apply(new ReceivedCaption("a\u00E9\u4E00\uD83D\uDE00   ", "", "")))
        .isEqualTo(
            Outcome.rejected(
                RejectReason.CAPTION_TOO_LONG,
                "the caption has 13 bytes in UTF-8; it may have at most 12 bytes",
                Measured.atMost("caption_bytes", 13, 12, "bytes")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "\u200B", "&nbsp;", "\u0000\uFEFF&shy;", "\uE000", "\u3000"})
  void rejectsCaptionOfNothing(String text) {
    assertThat(step.apply(new ReceivedCaption(text, "en", "")).rejectedOnly())
        .singleElement()
        .satisfies(
            rejection -> {
              assertThat(rejection.reason()).isEqualTo(RejectReason.CAPTION_TOO_SHORT);
              assertThat(rejection.measured().inWords()).isEqualTo("0 characters");
              assertThat(rejection.measured().limitInWords()).isEqualTo("1 character");
            });
  }

  private static Stream<String> loneSurrogates() {
    return Stream.of("a\uD83D", "\uDE00 dog", "a \uDE00\uD83D b", "\uD83D\uD83D\uDE00");
  }

  @ParameterizedTest
  @MethodSource("loneSurrogates")
  void rejectsHalfOfASurrogatePair(String text) {
    assertThat(step.apply(new ReceivedCaption(text, "", "")).rejectedOnly())
        .extracting(Rejection::reason)
        .containsExactly(RejectReason.CAPTION_NOT_UTF8);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "en, en", "EN, en", "zh_hans_cn, zh-Hans-CN", "' pt-br ', pt-BR",
    "en-u-ca-buddhist, en", "yue, yue", "'', und", "und, und",
    "english, und", "e, und", "en--us, und", "x-mine, und",
    "<script>, und", "LONG, und"
  })
  void takesTheHintForNow(String hint, String language) {
    String whole = hint.replace("LONG", "e".repeat(10_000));

    assertThat(step.apply(new ReceivedCaption("a dog", whole, "")).keptOnly())
        .extracting(CleanedCaption::language)
        .containsExactly(language);
  }

  private static Stream<Arguments> switches() {
    String text = "cafÃ© ＡＢ <b>x</b> http://a.example/b a@b.example +1 202 555 0143 #OneTwo 🐶";
    return Stream.of(
        Arguments.of("mojibake: keep", text, "cafÃ© AB x One Two 🐶"),
        Arguments.of("width: keep", text, "café ＡＢ x One Two 🐶"),
        Arguments.of("markup: keep", text, "café AB <b>x</b> One Two 🐶"),
        Arguments.of("links: keep", text, "café AB x http://a.example/b One Two 🐶"),
        Arguments.of("links: mask", text, "café AB x [link] One Two 🐶"),
        Arguments.of("emails: keep", text, "café AB x a@b.example One Two 🐶"),
        Arguments.of("emails: mask", text, "café AB x [e-mail] One Two 🐶"),
        Arguments.of("phone-numbers: keep", text, "café AB x +1 202 555 0143 One Two 🐶"),
        Arguments.of("phone-numbers: mask", text, "café AB x [phone] One Two 🐶"),
        Arguments.of("hashtags: keep", text, "café AB x #OneTwo 🐶"),
        Arguments.of("hashtags: remove", text, "café AB x 🐶"),
        Arguments.of("emoji: remove", text, "café AB x One Two"),
        Arguments.of("links: reject", text, "rejected: CAPTION_HAS_LINK"),
        Arguments.of("emails: reject", text, "rejected: CAPTION_HAS_CONTACT"),
        Arguments.of("phone-numbers: reject", text, "rejected: CAPTION_HAS_CONTACT"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("switches")
  void everyPartHasItsKey(String setting, String received, String cleaned) {
    assertThat(
            cleaner("caption: {" + setting + "}")
                .apply(new ReceivedCaption(received, "", ""))
                .fold(CleanedCaption::text, rejection -> "rejected: " + rejection.reason()))
        .isEqualTo(cleaned);
  }
}
