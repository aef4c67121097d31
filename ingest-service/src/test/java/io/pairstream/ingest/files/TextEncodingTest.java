package io.pairstream.ingest.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Texts that are not UTF-8: the command that is advised is run on them. */
class TextEncodingTest {

  private static final Pattern COMMAND = Pattern.compile("iconv -f (\\S+) -t UTF-8");

  private static final List<String> SIMPLIFIED =
      List.of(
          "一只猫坐在红色的沙发上",
          "海滩上的日落 很美 2026",
          "孩子在海滩上玩沙子",
          "一位穿蓝色衣服的女人站在窗前，微笑着",
          "桌上有一杯咖啡和一本书",
          "夜晚的城市街道",
          "iPhone 15 放在木桌上");
  private static final List<String> TRADITIONAL =
      List.of("一隻貓坐在紅色的沙發上", "海邊的日落和兩個人", "孩子們在公園裡玩耍", "桌上有一杯咖啡和一本書");
  private static final List<String> JAPANESE =
      List.of("赤いソファに座っている猫", "海辺の夕日とふたりの人", "テーブルの上のコーヒーと本", "東京の夜の街を歩く人々");
  private static final List<String> KOREAN =
      List.of("빨간 소파에 앉아 있는 고양이", "해변의 일몰과 두 사람", "탁자 위의 커피와 책 한 권", "밤의 도시 거리를 걷는 사람들");
  private static final List<String> WESTERN =
      List.of(
          "Un café près de la fenêtre",
          "Ärger mit Äpfeln und Öl",
          "El niño juega en la playa",
          "A “quoted” sign – 5€",
          "Eine Straße in Köln",
          "naïve façade");

  @TempDir Path folder;

  static Stream<Arguments> texts() {
    return Stream.of(
            texts("GBK", SIMPLIFIED),
            texts("GB18030", SIMPLIFIED),
            texts("Big5", TRADITIONAL),
            texts("Shift_JIS", JAPANESE),
            texts("EUC-JP", JAPANESE),
            texts("EUC-KR", KOREAN),
            texts("windows-1252", WESTERN))
        .flatMap(each -> each);
  }

  private static Stream<Arguments> texts(String charset, List<String> texts) {
    return texts.stream().map(text -> Arguments.of(charset, text));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void theCommandThatIsAdvisedGivesTheText(String charset, String text) throws Exception {
    Files.writeString(folder.resolve("a.jpg"), "an image");
    for (String name : List.of("a.txt", "l.csv", "l.jsonl", "l.tsv")) {
      String whole =
          switch (name) {
            case "l.csv" -> "file,caption\na.jpg," + text.replace(',', ' ') + "\n";
            case "l.tsv" -> "a.jpg\t" + text + "\n";
            case "l.jsonl" -> "{\"file\":\"a.jpg\",\"caption\":\"" + text + "\"}\n";
            default -> text;
          };
      Path file = folder.resolve(name);
      Files.write(file, whole.getBytes(Charset.forName(charset)));
      Path source = name.equals("a.txt") ? folder : file;

      assertThat(converted(charset, problem(source), Files.readAllBytes(file))).isEqualTo(whole);
      Files.delete(file);
    }
  }

  @Test
  void whereNothingFitsNoCommandIsAdvised() {
    for (byte[] bytes :
        List.of(
            "Кошка сидит на красном диване".getBytes(Charset.forName("windows-1251")),
            "Γάτα στον καναπέ".getBytes(Charset.forName("ISO-8859-7")),
            new byte[] {'a', (byte) 0xFF, (byte) 0xFE, 1, (byte) 0x81, 2})) {
      assertThat(TextEncoding.advice(bytes))
          .doesNotContain("iconv")
          .endsWith("save it as UTF-8 where it comes from");
    }
  }

  private static String problem(Path source) {
    try (PairSource items = PairSource.open(source, Options.USUAL)) {
      return ItemsRead.line(items.next());
    }
  }

  /** Runs what is advised, by the tool where there is one, else by Java. */
  private String converted(String charset, String advice, byte[] bytes) throws IOException {
    Matcher command = COMMAND.matcher(advice);
    assertThat(command.find()).as("%s: %s", charset, advice).isTrue();
    Path in = Files.write(folder.resolve("in"), bytes);
    Path out = folder.resolve("out");
    try {
      new ProcessBuilder(command.group().split(" "))
          .redirectInput(in.toFile())
          .redirectOutput(out.toFile())
          .start()
          .waitFor();
      return Files.readString(out);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    } catch (IOException e) {
      return new String(
          new String(bytes, Charset.forName(command.group(1))).getBytes(UTF_8), UTF_8);
    } finally {
      Files.delete(in);
    }
  }
}
