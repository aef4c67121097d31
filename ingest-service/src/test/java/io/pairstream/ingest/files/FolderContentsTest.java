package io.pairstream.ingest.files;

import static io.pairstream.ingest.files.ItemsRead.lines;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders as the Hub, img2dataset, cameras and scripts leave them. */
class FolderContentsTest extends SourceFolder {

  @Test
  void shardsWinOverPicturesThatHaveNoCaptions() throws IOException {
    parquet("data/train-00000-of-00001.parquet");
    write("assets/teaser.png", "the figure of README.md");
    write("README.md", "![](assets/teaser.png)");

    assertThat(lines(folder)).hasSize(3);
    assertThat(said)
        .containsExactly(
            "assets/teaser.png is not read, but data/train-00000-of-00001.parquet; name what else"
                + " is to be imported");
  }

  @Test
  void picturesWithCaptionsWinOverShards() throws IOException {
    write("00000/0.jpg", "x");
    write("00000/0.txt", "of the folder");
    parquet("00000.parquet");

    assertThat(lines(folder)).containsExactly("00000/0.jpg: of the folder");
    assertThat(said).singleElement().asString().startsWith("00000.parquet is not read");
  }

  @Test
  void listsOfSplitsAreReadEachWithItsOwnPictures() throws IOException {
    write("train/a.jpg", "x");
    write("train/sub/b.jpg", "x");
    write("train/metadata.jsonl", json("a.jpg", "one") + json("sub/b.jpg", "two"));
    write("train/sub/metadata.csv", "file_name,text\nb.jpg,hidden\n");
    write("test/a.jpg", "x");
    write("test/metadata.csv", "file_name,text\na.jpg,three\n");
    write("stray/c.jpg", "x");

    assertThat(lines(folder))
        .containsExactly("metadata.csv:2: three", "metadata.jsonl:1: one", "metadata.jsonl:2: two");
    assertThat(said)
        .hasSize(2)
        .anySatisfy(line -> assertThat(line).startsWith("train/sub/metadata.csv is not read"))
        .anySatisfy(line -> assertThat(line).startsWith("stray/c.jpg is not read"));
  }

  @Test
  void ofTwoListsTheFirstIsReadAndTheOtherSaid() throws IOException {
    write("a.jpg", "x");
    write("captions.jsonl", json("a.jpg", "one"));
    write("metadata.csv", "file_name,text\na.jpg,two\n");
    parquet("b.parquet");

    assertThat(lines(folder)).containsExactly("captions.jsonl:1: one");
    assertThat(said)
        .anySatisfy(line -> assertThat(line).startsWith("metadata.csv is not read"))
        .anySatisfy(line -> assertThat(line).startsWith("b.parquet is not read"));
  }

  @ParameterizedTest
  @ValueSource(strings = {".", "00000.parquet 00000.tar 00000_stats.json"})
  void tableOfATarIsNotReadBesideIt(String paths) throws IOException {
    write("00000.tar", Tar.of("0.jpg", "x", "0.txt", "one"));
    parquet("00000.parquet");
    write("00000_stats.json", "{\"count\": 3}");

    assertThat(lines(Stream.of(paths.split(" ")).map(folder::resolve).toArray(Path[]::new)))
        .containsExactly("00000.tar:0: one");
    assertThat(said).contains("00000.parquet is not read: it says once more what 00000.tar holds");
  }

  @Test
  void indexOfAnExportedSetIsNotReadBesideItsTar() throws IOException {
    String tar = "training/000000-" + "a".repeat(32) + ".tar";
    write(tar, Tar.of("0.jpg", "x", "0.txt", "one", "__erased__/000001", "{}"));
    parquet("training/000000-" + "b".repeat(32) + ".parquet");
    write("manifests/000000000001.json", "{}");

    assertThat(lines(folder)).singleElement().asString().endsWith(".tar:0: one");
  }

  @ParameterizedTest
  @CsvSource({
    "owl.jpg, owl.txt",
    "owl.jpg, owl.TXT",
    "OWL.JPG, OWL.Txt",
    "owl.png, owl.caption",
    "owl.png, owl.CAPTION",
    "owl.png, owl.captions",
    "owl.jpg, owl.jpg.txt",
    "owl.v1.jpg, owl.v1.txt",
    "u\u0308l.jpg, \u00fcl.txt",
  })
  void captionsAreFoundBesideTheirImage(String image, String text) throws IOException {
    write("b/" + image, "x");
    write("b/" + text, "A caption");

    assertThat(lines(folder)).containsExactly("b/" + image + ": A caption");
  }

  @Test
  void captionOfAnotherCaseIsAnothersAndJsonComesLast() throws IOException {
    write("DOG.jpg", "x");
    write("dog.jpg", "x");
    write("dog.txt", "a dog");
    write("dog.json", "no JSON of ours");
    write("cat.jpg", "x");
    write("cat.json", "{\"caption\": \"a cat\", \"seed\": 1}");

    assertThat(lines(folder))
        .containsExactly(
            "DOG.jpg! there is no caption: no .txt of its name is beside it",
            "cat.jpg: a cat",
            "dog.jpg: a dog");
  }

  @Test
  void aTextIsOneCaptionHoweverManyLinesItHas() throws IOException {
    String text = "\r\n  \r\nA dog.\r\n\r\nIt runs.\n\n";
    for (String name : List.of("a", "b")) {
      write("photos/" + name + ".jpg", "x");
      write("photos/" + name + ".txt", text);
    }
    write(
        "t.tar",
        Tar.of("0.jpg", "x", "0.txt", text, "0.json", "{\"caption\":\"A dog.\\n\\nIt runs.\"}"));

    assertThat(lines(folder.resolve("photos"), folder.resolve("t.tar")))
        .containsExactly(
            "a.jpg: A dog.\n\nIt runs.",
            "b.jpg: A dog.\n\nIt runs.",
            "t.tar:0: A dog.\n\nIt runs.");
    assertThat(said)
        .containsExactly(
            "a.txt has several lines and is one caption; with --caption-lines each line is one");
  }

  @Test
  void eachLineIsACaptionWhereTheOwnerSaysSo() throws IOException {
    write("photos/a.jpg", "x");
    write("photos/a.txt", "one\n\ntwo\n");
    write("t.tar", Tar.of("0.jpg", "x", "0.caption", "three\nfour"));
    SourceOptions lines = Options.with(usual -> usual.captionLines = true);

    assertThat(lines(lines, folder.resolve("photos"), folder.resolve("t.tar")))
        .containsExactly("a.jpg: one", "a.jpg: two", "t.tar:0: three", "t.tar:0: four");
    assertThat(said).isEmpty();
  }

  @Test
  void imagesOfATarThatAreNotTakenAreNamed() throws IOException {
    write(
        "t.tar",
        Tar.of(
            "1.left.jpg", "x", "1.right.jpg", "y", "1.txt", "one", "2.jpg", "x", "2.txt", "two"));

    assertThat(lines(folder.resolve("t.tar")))
        .containsExactly(
            "t.tar:1: one",
            "t.tar:1! several images have this name up to the first dot; the first is used",
            "t.tar:2: two");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "caf\u00e9.jpg  | cafe\u0301.jpg",
        "a\\b.jpg       | a/b.jpg",
        "my%20cat.jpg   | my cat.jpg",
        "a.jpg          | A.JPG",
        "000001         | 000001.jpg",
        "a.jpg#3        | a.jpg",
        "sub/x.PNG      | sub/x.png",
      })
  void namesThatCanMeanOneFileAloneAreRead(String listed, String file) throws IOException {
    write(file, "x");
    write("l.jsonl", json(listed.replace("\\", "\\\\"), "one"));

    assertThat(lines(folder.resolve("l.jsonl"))).containsExactly("l.jsonl:1: one");
    assertThat(said)
        .containsExactly(
            "l.jsonl: %s is not there; %s is read, and so for others".formatted(listed, file));
  }

  @ParameterizedTest
  @CsvSource({"a.jpg, A.JPG, A.jpg", "1, 1.jpg, 1.png", "b%2Fc.jpg, b.jpg, c.jpg"})
  void namesThatCanMeanSeveralFilesOrNoneAreNamed(String listed, String one, String other)
      throws IOException {
    write(one, "x");
    write(other, "y");
    write("l.jsonl", json(listed, "one"));

    assertThat(lines(folder.resolve("l.jsonl")))
        .containsExactly("l.jsonl:1! " + listed + " does not exist");
  }

  @Test
  void aMissingImageIsNamedWithTheFolderThatHasIt() throws IOException {
    write("val2017/a.jpg", "x");
    write(
        "annotations/c.json",
        "{\"images\":[{\"id\":1,\"file_name\":\"a.jpg\"}],"
            + "\"annotations\":[{\"image_id\":1,\"caption\":\"one\"}]}");

    assertThat(lines(folder.resolve("annotations/c.json")))
        .containsExactly(
            "c.json:annotation 1! a.jpg does not exist in %s; it is in %s: --images %s"
                .formatted(
                    folder.resolve("annotations"),
                    folder.resolve("val2017"),
                    folder.resolve("val2017")));
    assertThat(said).singleElement().asString().contains("--images DIR");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "l.json  | [{'image':'a.jpg','caption':'one'},~"
            + " {'image':'a.jpg','caption':'two','score':NaN}] | l.json:element 1: one;"
            + " l.json:element 2: two",
        "l.jsonl | [~{'image':'a.jpg','caption':'one'}] | l.jsonl:element 1: one",
        "l.json  | [{'image':'a.jpg','caption':'one'}, 7, {'image':'z.jpg','caption':'two'}] |"
            + " l.json:element 1: one; l.json:element 2! not a JSON object; l.json:element 3! z.jpg"
            + " does not exist",
        "l.jsonl | {'image':'a.jpg','caption':'one','score':NaN} | l.jsonl:1: one",
        "l.jsonl | {'image':'a.jpg','caption':NaN} | l.jsonl:1! a.jpg has no caption",
        "l.jsonl | {'image':'a.jpg','caption':one} | l.jsonl:1! not JSON: Unrecognized token 'one'",
        "l.jsonl | [1]~{'image':'a.jpg','caption':'two'} | l.jsonl:1! not a JSON object; l.jsonl:2:"
            + " two",
      })
  void jsonIsReadAsPythonWritesIt(String name, String text, String expected) throws IOException {
    write("a.jpg", "x");
    write(name, text.replace('\'', '"').replace('~', '\n'));

    assertThat(String.join("; ", lines(folder.resolve(name))).replace('"', '\''))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"UTF-16", "UTF-16LE", "UTF-16BE"})
  void utf16IsNamed(String encoding) throws IOException {
    write("a.jpg", "x");
    Charset utf16 = Charset.forName(encoding);
    Files.write(folder.resolve("a.txt"), "one".getBytes(utf16));
    Files.write(folder.resolve("l.csv"), "file,caption\na.jpg,one\n".getBytes(utf16));

    assertThatThrownBy(() -> lines(folder.resolve("l.csv")))
        .isInstanceOf(UnusableSourceException.class)
        .hasMessageContaining("is UTF-16; write it as UTF-8");
    assertThat(lines(folder))
        .contains("a.jpg! a.txt is UTF-16; write it as UTF-8, as by: iconv -f UTF-16 -t UTF-8");
  }

  @ParameterizedTest
  @CsvSource({
    "photo, title, the image, the caption",
    "image, Alt Text, the caption, the caption",
    "img_url, description, the url, the caption",
  })
  void columnsAreGuessedWhereNoneIsKnownAndThatIsSaid(
      String image, String caption, String guess, String other) throws IOException {
    write("a.jpg", "x");
    String value = image.equals("img_url") ? "https://example.org/a.jpg" : "a.jpg";
    write("l.csv", "%s,%s,comment\n%s,one,no\n".formatted(image, caption, value));
    write(
        "l.jsonl",
        "{\"%s\":\"%s\",\"%s\":\"one\"}\n{\"%s\":\"%s\",\"%s\":\"no\",\"caption\":\"two\"}\n"
            .formatted(image, value, caption, image, value, caption));

    assertThat(lines(folder.resolve("l.csv"))).singleElement().asString().contains("l.csv:2: one");
    assertThat(lines(folder.resolve("l.jsonl")))
        .satisfiesExactly(
            line -> assertThat(line).contains(":1: one"),
            line -> assertThat(line).contains(":2: two"));
    assertThat(String.join("\n", said))
        .contains("is taken for " + guess)
        .contains("'" + caption + "' is taken for " + other);
  }

  @Test
  void whatCannotBeReadIsNamedWithWhatHelps() throws IOException {
    write("a.jpg", "x");
    write("a.txt", "one");
    write("captions.txt", "image,caption\na.jpg,one\n");
    write("results.csv", "image_name| comment\n");
    write("images.zip", "PK");
    write("data-00000-of-00001.arrow", "x");

    lines(folder);

    assertThat(String.join("\n", said))
        .contains("images.zip is packed; unpack it first")
        .contains("load_from_disk(DIR).to_parquet")
        .contains("import %s".formatted(folder.resolve("results.csv")))
        .contains("import %s --format csv".formatted(folder.resolve("captions.txt")));
    assertThatThrownBy(() -> lines(folder.resolve("images.zip")))
        .hasMessage("images.zip is packed; unpack it first");
  }

  @ParameterizedTest
  @CsvSource({"pairs.csv,'image,caption\n'", "pairs.jsonl,'\n'", "pairs.json,[]"})
  void listWithoutARowIsReported(String name, String text) throws IOException {
    write(name, text);

    assertThat(lines(folder.resolve(name))).isEmpty();

    assertThat(said).containsOnlyOnce(name + " has no row");
  }

  private List<String> lines(Path... paths) {
    return lines(Options.USUAL, paths);
  }

  private List<String> lines(SourceOptions options, Path... paths) {
    Notices notices = new Notices(said::add);
    List<String> names = Arrays.stream(paths).map(Path::toString).toList();
    return ItemsRead.sources(names, false, said::add).stream()
        .flatMap(source -> read(source.path(), options, notices).stream())
        .map(ItemsRead::line)
        .toList();
  }

  private static String json(String file, String caption) {
    return "{\"file_name\":\"%s\",\"text\":\"%s\"}\n".formatted(file, caption);
  }

  /** Kaggle's Flickr8k has its list beside the folder of its images. */
  @ParameterizedTest
  @CsvSource({"',', csv", "'\t', tsv"})
  void theHintForAListIsTheWholeCommand(String between, String format) throws IOException {
    write("Images/1.jpg", "an image");
    write("captions.txt", "image,caption\n1.jpg,A dog\n".replace(",", between));
    ItemsRead.sources(List.of(folder.toString()), false, said::add);

    assertThat(said)
        .containsExactly(
            "captions.txt is not read; if it is the list of the captions: pairstream import %s --format %s --images %s"
                .formatted(folder.resolve("captions.txt"), format, folder.resolve("Images")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'conversations':[{'from':'human','value':'<image>\\n"
            + "What?'},{'from':'gpt','value':'A dog'}]",
        "'messages':[{'role':'user','content':'?'},{'role':'assistant','content':'A dog'},"
            + "{'role':'user','content':'?'},{'role':'assistant','content':'Yes'}]"
      })
  void talksAboutAnImageGiveTheirFirstAnswer(String talk) throws IOException {
    write("a.jpg", "an image");
    String object = "{'id':'1','image':'a.jpg',%s}".formatted(talk).replace('\'', '"');
    write("l.jsonl", object);
    write("l.json", "[" + object + "]");

    for (String list : List.of("l.jsonl", "l.json")) {
      assertThat(lines(folder.resolve(list))).singleElement().asString().endsWith(": A dog");
    }
  }

  private void parquet(String name) throws IOException {
    write(name, Files.readAllBytes(Fixtures.fixture("packed-none.parquet")));
  }
}
