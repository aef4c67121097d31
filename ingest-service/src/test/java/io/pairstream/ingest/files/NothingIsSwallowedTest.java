package io.pairstream.ingest.files;

import static io.pairstream.ingest.files.ItemsRead.lines;
import static io.pairstream.ingest.files.ItemsRead.pairs;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.ingest.files.SourceItem.Problem;
import io.pairstream.ingest.files.SourceOptions.Format;
import io.pairstream.schemas.RawPair;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists whose rows vanish, or get another's picture, where they are read as they seem to be. */
class NothingIsSwallowedTest extends SourceFolder {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "\"a\"     | \"b\"     | \"a\"   | a.jpg: of a",
        "\"a\"     | \"b\"     | \"z\"   | ! image_id \"z\" is not among the images",
        "\"12e5\"  | 1200000   | \"12e5\"| a.jpg: of a",
        "1         | \"1\"     | 1.0     | a.jpg: of a",
        "1         | \"1\"     | \"1\"   | b.jpg: of a",
        "1         | 2         | \"1\"   | ! image_id \"1\" is not among the images",
        "1.5       | 1         | 1.5     | a.jpg: of a",
        "9007199254740993 | 9007199254740992 | 9007199254740993 | a.jpg: of a",
        "7         | 7         | 7       | ! image_id 7 is the id of several images",
        "1         | 2         | null    | ! it has no image_id",
      })
  void cocosCaptionsGoToTheImagesThatTheyName(
      String first, String second, String named, String expected) throws IOException {
    write("a.jpg", "a.jpg");
    write("b.jpg", "b.jpg");
    Path list =
        write(
            "c.json",
            """
            {"annotations":[{"image_id":%s,"caption":"of a"}],
             "images":[{"id":%s,"file_name":"a.jpg"},{"id":%s,"file_name":"b.jpg"}]}
            """
                .formatted(named, first, second));

    assertThat(read(list))
        .singleElement()
        .extracting(NothingIsSwallowedTest::imageAndCaption)
        .isEqualTo(expected);
  }

  @Test
  void cocosLicencesMayFollowItsAnnotations() throws IOException {
    write("a.jpg", "a.jpg");
    Path list =
        write(
            "c.json",
            """
            {"images":[{"id":1,"file_name":"a.jpg","license":3}],
             "annotations":[{"image_id":1,"caption":"of a"}],"licenses":[{"id":3,"name":"CC0"}]}
            """);

    assertThat(pairs(read(list)))
        .extracting(pair -> pair.getMetadata().getLicence())
        .containsExactly("CC0");
  }

  @Test
  void aQuoteInTextWithTabsIsALetter() throws IOException {
    images(40);
    Path list =
        write(
            "l.tsv",
            rows(i -> i == 5 ? "\"cap 5" : i == 35 ? "cap 35\"" : i == 7 ? "\"A\" b" : "cap " + i));

    List<SourceItem> items = read(list);

    assertThat(lines(items)).hasSize(40).contains("l.tsv:6: \"cap 5", "l.tsv:8: \"A\" b");
    assertThat(pairs(items).get(35).getCaption()).isEqualTo("cap 35\"");
  }

  @Test
  void textWithTabsMayBeSaidToBeQuoted() throws IOException {
    images(2);
    Path list = write("l.tsv", "0.jpg\t\"two\n\"\"lines\"\"\"\n1.jpg\tone\n");

    assertThat(lines(read(list, Format.TSV_QUOTED)))
        .containsExactly("l.tsv:1: two\n\"lines\"", "l.tsv:3: one");
    assertThat(read(list))
        .filteredOn(item -> item instanceof Problem)
        .extracting(ItemsRead::line)
        .anySatisfy(line -> assertThat(line).contains("--format tsv-quoted"));
    write("half.tsv", "0.jpg\t\"a\" b \"\"\n1.jpg\t\"a\"\n");
    assertThat(said(folder.resolve("half.tsv"))).isEmpty();
    write("pandas.tsv", "0.jpg\t\"he said \"\"no\"\"\"\n1.jpg\tone\n");
    assertThat(said(folder.resolve("pandas.tsv")))
        .singleElement()
        .asString()
        .endsWith("where pandas or Excel wrote the file, say --format tsv-quoted");
    Path quoted = write("q.tsv", "\"file\"\t\"caption\"\n\"0.jpg\"\t\"a \"\"b\"\"\"\n");
    assertThat(lines(read(quoted))).containsExactly("q.tsv:2: a \"b\"");
  }

  @Test
  void flickr8kNumbersTheCaptionsOfAnImage() throws IOException {
    images(1);
    Path list = write("Flickr8k.token.tsv", "0.jpg#0\tA child\n0.jpg#1\tA girl\n");

    assertThat(lines(read(list)))
        .containsExactly("Flickr8k.token.tsv:1: A child", "Flickr8k.token.tsv:2: A girl");
  }

  @Test
  void barsBetweenCellsAreThoseOfFlickr30k() throws IOException {
    images(1);
    Path list =
        write("r.csv", "image_name| comment_number| caption\n0.jpg| 0| A \"dog\", running .\n");

    assertThat(lines(read(list))).containsExactly("r.csv:2:  A \"dog\", running .");
  }

  @ParameterizedTest
  @CsvSource({"CSV, 0", "CSV, 1", "TSV_QUOTED, 0"})
  void rowsWithinAnothersQuotesAreNamedAndNotJoined(Format format, int imageColumn)
      throws IOException {
    images(40);
    String tab = format == Format.CSV ? "," : "\t";
    Path list =
        write(
            "list",
            "file,caption\n".replace(",", tab).repeat(1 - imageColumn)
                + "caption,file\n".repeat(imageColumn)
                + IntStream.range(0, 40)
                    .mapToObj(
                        i -> {
                          String caption = i == 5 ? "\"cap 5" : i == 35 ? "cap 35\"" : "cap " + i;
                          return imageColumn == 0
                              ? i + ".jpg" + tab + caption
                              : caption + tab + i + ".jpg";
                        })
                    .collect(Collectors.joining("\n")));

    List<SourceItem> items = read(list, format);

    assertThat(pairs(items)).hasSize(9);
    assertThat(items)
        .filteredOn(item -> item instanceof Problem)
        .singleElement()
        .satisfies(
            item -> {
              assertThat(((Problem) item).rows()).isEqualTo(31);
              assertThat(ItemsRead.line(item))
                  .startsWith("list:7! its quotes take in 30 more rows, up to line 37");
            });
  }

  /** Spark's default, and MySQL's, as the files of both have them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "a shop with the sign \\\"sale\\\" | a shop with the sign \"sale\"",
        "a \\\"5, 6\\\", or | a \"5, 6\", or",
        "C:\\\\new \\\"x\\\" | C:\\new \"x\"",
        "\\\"a\\\" | \"a\"",
        "一 \\\"字\\\" | 一 \"字\"",
        "the end is \\\\ | the end is \\",
      })
  void quotesBehindBackslashesAreReadAsSparkWritesThem(String cell, String caption)
      throws IOException {
    images(3);
    String rows = "0.jpg,plain\n1.jpg,\"" + cell + "\"\n2.jpg,\"a \\\"b\\\" c\"\n";
    for (String header : List.of("", "file,caption\n")) {
      Path list = write("part-0.csv", header + rows);

      assertThat(pairs(read(list)))
          .extracting(RawPair::getCaption)
          .containsExactly("plain", caption, "a \"b\" c");
      assertThat(said(list)).singleElement().asString().contains("as Spark writes it");
    }
    Path tabs = write("part-0.tsv", rows.replaceFirst(",", "\t").replace("jpg,", "jpg\t"));
    assertThat(pairs(read(tabs, Format.TSV_QUOTED))).hasSize(3);
  }

  @Test
  void backslashesAtTheEndsOfBuffersAreFollowed() throws IOException {
    images(1);
    for (int each = 8_180; each < 8_200; each++) {
      int length = each;
      String caption = "x".repeat(length) + " \\\\\\\\\\\" \\\"y\\\"";
      Path list = write("l.csv", "0.jpg,\"" + caption + "\"\n");

      assertThat(pairs(read(list)))
          .extracting(pair -> pair.getCaption().substring(length))
          .as("behind %s", length)
          .containsExactly(" \\\\\" \"y\"");
    }
  }

  /** Both ways in a file, or none of the two: it is unknown what is meant. */
  @ParameterizedTest
  @ValueSource(strings = {"a \\\"b\\\" c", "5\" screen", "\" a", "a\"b\"c", "5\" 屏幕"})
  void textBehindAClosingQuoteCostsItsRowAlone(String cell) throws IOException {
    images(3);
    for (Format format : List.of(Format.CSV, Format.TSV_QUOTED)) {
      String tab = format == Format.CSV ? "," : "\t";
      Path list =
          write(
              "list",
              "0.jpg,\"one \"\"two\"\"\"\n1.jpg,\"".replace(",", tab)
                  + cell
                  + "\"\n2.jpg,three\n".replace(",", tab));

      assertThat(lines(read(list, format)))
          .hasSize(3)
          .startsWith("list:1: one \"two\"")
          .endsWith("list:3: three")
          .element(1)
          .asString()
          .startsWith("list:2! text follows a quote that ends its cell: ")
          .contains("is doubled");
    }
  }

  @Test
  void quotesInUnquotedCellsAndBackslashesWithoutThemStay() throws IOException {
    images(3);
    Path list = write("l.csv", "0.jpg,a 5\" screen\n1.jpg,\"C:\\new, \\d\" \n2.jpg,a \\\"b\\\"\n");

    assertThat(pairs(read(list)))
        .extracting(RawPair::getCaption)
        .containsExactly("a 5\" screen", "C:\\new, \\d ", "a \\\"b\\\"");
    assertThat(said(list)).isEmpty();
  }

  @Test
  void quotesWithoutAnEndCountAllThatIsNotRead() throws IOException {
    images(40);
    Path list = write("l.csv", rows(i -> i == 5 ? "\"cap 5" : "cap " + i).replace('\t', ','));

    List<SourceItem> items = read(list);

    assertThat(pairs(items)).hasSize(5);
    assertThat(((Problem) items.get(5)).rows()).isEqualTo(35);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"file\":\"0.jpg\",\"caption\":\"half \\ud83d here\"}",
        "{\"file\":\"0.jpg\",\"caption\":[\"\\ud83d\",\"\\ude00\"]}",
        "{\"file\":\"0.jpg\",\"caption\":\"x\",\"licence\":\"\\udc00\"}",
        "{\"file\":\"0.jpg\",\"caption\":\"x\",\"note\":\"\\udc00\"}",
        "{\"url\":\"https://example.org/\\udc00\",\"caption\":\"x\"}",
      })
  void halfACharacterIsNamed(String line) throws IOException {
    images(1);

    assertThat(lines(read(write("l.jsonl", line))))
        .singleElement()
        .asString()
        .startsWith("l.jsonl:1! ")
        .endsWith(" holds half a character (a surrogate), which is none in UTF-8");
  }

  /** Half of a caption would go out as the whole of it. */
  @ParameterizedTest
  @CsvSource({
    "TSV, cap\\rhere, cap here",
    "CSV, cap\\rhere, cap here",
    "CSV, '\"cap\\rhere\"', cap\\rhere"
  })
  void aCarriageReturnIsNoLineEndWhereLineFeedsAre(Format format, String cell, String caption)
      throws IOException {
    images(2);
    String tab = format == Format.CSV ? "," : "\t";
    String row = tab + cell.replace("\\r", "\r");
    for (String end : List.of("\n", "\r\n")) {
      Path list = write("list", "0.jpg" + row + end + "1.jpg" + row + end);

      assertThat(pairs(read(list, format)))
          .extracting(RawPair::getCaption)
          .containsExactly(caption.replace("\\r", "\r"), caption.replace("\\r", "\r"));
    }
    Path old = write("list", "0.jpg" + tab + "one\r1.jpg" + tab + "two\r");
    assertThat(pairs(read(old, format)))
        .extracting(RawPair::getCaption)
        .containsExactly("one", "two");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '/',
      value = {"sep=; / ;", "SEP=, / ,", "'\"sep=;\"' / ;", "'sep=|' / |"})
  void aFirstLineOfExcelsNamesWhatStandsBetweenCells(String first, String between)
      throws IOException {
    images(1);
    Path list = write("l.csv", first + "\r\nfile;caption\r\n0.jpg;\"a\"\r\n".replace(";", between));

    assertThat(lines(read(list))).containsExactly("l.csv:3: a");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "data:image/jpeg;base64,"})
  void aPictureInTheTextIsNoFilesName(String before) throws IOException {
    String picture = before + "/9j/".repeat(1000);
    Path list = write("l.jsonl", "{\"image\":\"%s\",\"caption\":\"x\"}\n".formatted(picture));

    assertThat(lines(read(list)))
        .singleElement()
        .asString()
        .startsWith("l.jsonl:1! 'image' is no file's name: it has 4,0")
        .endsWith("a list names files, and pictures in base64 go over HTTP")
        .hasSizeLessThan(200);
  }

  @Test
  void imagesThatAListLeavesOutAreSaid() throws IOException {
    images(5);
    write("x.heic", "x");
    write("metadata.csv", "file_name,text\n0.jpg,one\n3.jpg,two\n");
    write(
        "c.json",
        """
        {"images":[{"id":1,"file_name":"0.jpg"},{"id":2,"file_name":"1.jpg"}],
         "annotations":[{"image_id":1,"caption":"of a"}]}
        """);

    assertThat(said(folder))
        .containsExactly(
            "4 images are beside metadata.csv and in none of its pairs: 1.jpg, 2.jpg, 4.jpg, …");
    assertThat(said(folder.resolve("c.json")))
        .containsExactly("c.json: images without a caption: 1 of 2");
    write("metadata.csv", "file_name,text\n");
    assertThat(said(folder)).containsExactly("metadata.csv has no row");
  }

  private List<String> said(Path path) {
    said.clear();
    read(path);
    return List.copyOf(said);
  }

  private static String imageAndCaption(SourceItem item) {
    return item instanceof SourceItem.Pair pair
        ? UTF_8.decode(pair.pair().getImage()) + ": " + pair.pair().getCaption()
        : ItemsRead.line(item).replaceFirst("^[^!]*", "");
  }

  private static String rows(IntFunction<String> caption) {
    return IntStream.range(0, 40)
        .mapToObj(i -> i + ".jpg\t" + caption.apply(i) + "\n")
        .collect(Collectors.joining());
  }

  private void images(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      write(i + ".jpg", "image " + i);
    }
  }

  private List<SourceItem> read(Path path, Format format) {
    return read(path, Options.with(options -> options.format = format));
  }
}
