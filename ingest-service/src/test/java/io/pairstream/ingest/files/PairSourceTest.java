package io.pairstream.ingest.files;

import static io.pairstream.ingest.files.ItemsRead.pairs;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.ingest.files.SourceItem.Pair;
import io.pairstream.schemas.RawPair;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PairSourceTest extends SourceFolder {

  private static final SourceOptions OPTIONS =
      Options.with(
          options -> {
            options.contributor = "the library";
            options.licence = "CC0-1.0";
          });

  private static final SourceOptions FOLLOWING =
      Options.with(options -> options.followLinks = true);

  private static final String HINT =
      " but, as it seems, WINDOWS-1252; write it as UTF-8, as by: iconv -f WINDOWS-1252 -t UTF-8";

  @Test
  void readsImagesOfAFolderInOrder() throws IOException {
    image("b/owl.JPG");
    write("b/owl.captions", "An owl at night\r\n\r\n  \r\nA bird on a branch\r\n");
    image("a/猫.png");
    write("a/猫.txt", "\uFEFF一只猫在垫子上");
    image("a/z.webp");
    write("a/z.txt", "A zebra");
    write("a/readme.md", "no image");

    List<SourceItem> items = read(folder, OPTIONS);

    assertThat(items).extracting(SourceItem::where).doesNotContain("a/readme.md");
    assertThat(captions(items))
        .containsExactly(
            "a/z.webp: A zebra",
            "a/猫.png: 一只猫在垫子上",
            "b/owl.JPG: An owl at night",
            "b/owl.JPG: A bird on a branch");
    RawPair cat = pairs(items).get(1);
    assertThat(cat.getImage()).isEqualTo(ByteBuffer.wrap("image of a/猫.png".getBytes(UTF_8)));
    assertThat(cat.getMediaType()).isEqualTo("image/png");
    assertThat(cat.getMetadata().getContributor()).isEqualTo("the library");
    assertThat(cat.getMetadata().getLicence()).isEqualTo("CC0-1.0");
    assertThat(cat.getMetadata().getSourceKind()).isEqualTo("IMPORTED");
  }

  @Test
  void folderGoesOnAfterEachProblem() throws IOException {
    image("1-bare.jpg");
    image("2-empty.jpg");
    write("2-empty.txt", " \n\n");
    image("3-latin.jpg");
    Files.write(folder.resolve("3-latin.txt"), new byte[] {'c', 'a', 'f', (byte) 0xE9});
    large("4-large.jpg", 8 * 1024 * 1024 + 1);
    write("4-large.txt", "Too large an image");
    Files.createDirectories(folder.resolve("5-folder.jpg"));
    image("6-good.jpg");
    write("6-good.txt", "A good one");

    assertThat(read(folder))
        .extracting(ItemsRead::line)
        .containsExactly(
            "1-bare.jpg! there is no caption: no .txt of its name is beside it",
            "2-empty.jpg! there is no caption: 2-empty.txt holds none",
            "3-latin.jpg! 3-latin.txt is not UTF-8" + HINT,
            "4-large.jpg! 4-large.jpg is too large: 8388609 bytes; an image may have at most"
                + " 8388608 bytes (8 MiB)",
            "6-good.jpg: A good one");
  }

  @Test
  void readsNothingBehindALinkThatLeadsOutOfTheFolder(@TempDir Path elsewhere) throws IOException {
    Path secret = Files.writeString(elsewhere.resolve("secret"), "the owner's password");
    image("1-captions.jpg");
    link("1-captions.txt", secret);
    link("2-image.jpg", secret);
    write("2-image.txt", "An image of elsewhere");
    image("3-inside.jpg");
    write("inside", "A caption of the folder");
    link("3-inside.txt", Path.of("inside"));

    assertThat(read(folder))
        .extracting(ItemsRead::line)
        .containsExactly(
            "1-captions.jpg! captions cannot be read: 1-captions.txt is behind a link that leads"
                + " out of %s; --follow-links reads it all the same".formatted(folder),
            "2-image.jpg! 2-image.jpg is behind a link that leads out of %s; --follow-links reads it all the same"
                .formatted(folder),
            "3-inside.jpg: A caption of the folder");
    assertThat(captions(read(folder, FOLLOWING)))
        .containsExactly(
            "1-captions.jpg: the owner's password",
            "2-image.jpg: An image of elsewhere",
            "3-inside.jpg: A caption of the folder");
  }

  @Test
  void readsAFolderThatIsItselfBehindALink(@TempDir Path elsewhere) throws IOException {
    image("owl.jpg");
    write("owl.txt", "An owl");
    Path link = Files.createSymbolicLink(elsewhere.resolve("data"), folder);

    assertThat(captions(read(link))).containsExactly("owl.jpg: An owl");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "data"})
  void readsAHubsCacheWhoseLinksStayInIt(String below, @TempDir Path cache) throws IOException {
    Path snapshot = cache.resolve("datasets--me--cats/snapshots/0f3c").resolve(below);
    Path blobs = Files.createDirectories(cache.resolve("datasets--me--cats/blobs"));
    Files.createDirectories(snapshot);
    Files.writeString(blobs.resolve("a1"), "image of a cat");
    Files.writeString(blobs.resolve("b2"), "A cat");
    Files.writeString(cache.resolve("elsewhere"), "the owner's password");
    Files.createSymbolicLink(snapshot.resolve("cat.jpg"), snapshot.relativize(blobs).resolve("a1"));
    Files.createSymbolicLink(snapshot.resolve("cat.txt"), snapshot.relativize(blobs).resolve("b2"));
    Files.createSymbolicLink(snapshot.resolve("dog.jpg"), cache.resolve("elsewhere"));
    Files.writeString(snapshot.resolve("dog.txt"), "A dog");

    assertThat(read(snapshot))
        .extracting(ItemsRead::line)
        .satisfiesExactly(
            cat -> assertThat(cat).isEqualTo("cat.jpg: A cat"),
            dog -> assertThat(dog).startsWith("dog.jpg! dog.jpg is behind a link that leads out"));
  }

  @Test
  void aLinkThatLeadsNowhereIsAProblemOfItsOwn() throws IOException {
    image("1.jpg");
    write("1.txt", "A good one");
    link("2.jpg", Path.of("gone.jpg"));
    write("2.txt", "A lost one");
    image("3.jpg");
    link("3.txt", Path.of("gone.txt"));
    link("4.jpg", Path.of("4.jpg"));
    write("4.txt", "A circle");

    List<ImportState.Source> sources = ItemsRead.sources(List.of(folder.toString()));

    assertThat(sources).hasSize(1);
    assertThat(read(folder))
        .extracting(ItemsRead::line)
        .satisfiesExactly(
            good -> assertThat(good).isEqualTo("1.jpg: A good one"),
            lost ->
                assertThat(lost)
                    .isEqualTo("2.jpg! 2.jpg is a link to gone.jpg, which does not exist"),
            bare -> assertThat(bare).startsWith("3.jpg! ").contains("3.txt"),
            circle -> assertThat(circle).startsWith("4.jpg! 4.jpg is a link to 4.jpg"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "list.csv   | image,caption~out/secret.jpg,A picture",
        "list.jsonl | {\"file\":\"out/secret.jpg\",\"caption\":\"A picture\"}",
        "list.json  | {\"images\":[{\"id\":1,\"file_name\":\"out/secret.jpg\"}],"
            + "\"annotations\":[{\"image_id\":1,\"caption\":\"A picture\"}]}",
      })
  void aListReadsNothingBehindALinkThatLeadsOutOfItsFolder(
      String list, String lines, @TempDir Path elsewhere) throws IOException {
    Files.writeString(elsewhere.resolve("secret.jpg"), "the owner's picture");
    link("out", elsewhere);
    write(list, lines.replace('~', '\n'));

    assertThat(read(folder.resolve(list)))
        .singleElement()
        .extracting(ItemsRead::line)
        .asString()
        .endsWith(
            "! out/secret.jpg is behind a link that leads out of %s; --follow-links reads it all the same"
                .formatted(folder));
    assertThat(pairs(read(folder.resolve(list), FOLLOWING))).hasSize(1);
  }

  @Test
  void aFoldersListIsNoLinkThatLeadsOutOfIt(@TempDir Path elsewhere) throws IOException {
    image("x.jpg");
    link(
        "captions.csv",
        Files.writeString(elsewhere.resolve("list"), "image,caption\nx.jpg,A picture"));

    assertThatThrownBy(() -> read(folder))
        .isInstanceOf(UnusableSourceException.class)
        .hasMessageContaining("captions.csv is behind a link that leads out of " + folder);
    assertThat(captions(read(folder, FOLLOWING))).containsExactly("captions.csv:2: A picture");
  }

  @Test
  void jsonGivesEverythingItKnows() throws IOException {
    image("图/红.jpg");
    write(
        "list.jsonl",
        "\uFEFF{\"file\":\"图/红.jpg\",\"captions\":[\"A red \\\"dot\\\", really\",\"Red\\n"
            + "spot\"],\"captions_zh\":[\"一个红点\"],\"caption_de\":\"Ein roter"
            + " Punkt\",\"language\":\"en\",\"license\":\"MIT\",\"source_url\":\"https://e.org/1\",\"contributor\":\"bo\",\"width\":640,\"sharp\":true,\"note\":null,\"box\":[1,2]}\r\n");

    List<RawPair> pairs = pairs(read(folder.resolve("list.jsonl")));

    assertThat(pairs)
        .extracting(pair -> pair.getLanguage() + ":" + pair.getCaption())
        .containsExactly(
            "en:A red \"dot\", really", "en:Red\nspot", "zh:一个红点", "de:Ein roter Punkt");
    assertThat(pairs)
        .allSatisfy(
            pair -> {
              assertThat(pair.getMetadata().getLicence()).isEqualTo("MIT");
              assertThat(pair.getMetadata().getUrl()).isEqualTo("https://e.org/1");
              assertThat(pair.getMetadata().getContributor()).isEqualTo("bo");
              assertThat(pair.getAnnotations()).isEqualTo(Map.of("width", "640", "sharp", "true"));
            });
  }

  @Test
  void jsonGoesOnAfterEachProblem() throws IOException {
    image("x.jpg");
    Files.writeString(
        folder.resolve("list.jsonl"),
        """
        {"file":"x.jpg","caption":"first"}

        {"file":"x.jpg","caption":
        [1]
        {"file":"gone.jpg","caption":"no file"}
        {"file":"x.jpg","captions":[]}
        {"caption":"no name"}
        {"file":"x.jpg","caption":7}
        {"file":"x.jpg","captions":["good"," "]}
        {"file":"x.jpg","caption":"caf\u00e9"}
        {"file":"../secret.jpg","caption":"outside"}
        {"file":"a\\u0000b","caption":"no name at all"}
        {"file":"x.jpg","caption":"last, without end of line"}""",
        ISO_8859_1);

    assertThat(read(folder.resolve("list.jsonl")))
        .extracting(ItemsRead::line)
        .satisfiesExactly(
            item -> assertThat(item).isEqualTo("list.jsonl:1: first"),
            item -> assertThat(item).startsWith("list.jsonl:3! not JSON: "),
            item -> assertThat(item).isEqualTo("list.jsonl:4! not a JSON object"),
            item -> assertThat(item).isEqualTo("list.jsonl:5! gone.jpg does not exist"),
            item -> assertThat(item).isEqualTo("list.jsonl:6! x.jpg has no caption"),
            item -> assertThat(item).isEqualTo("list.jsonl:7! no image file is named, and no URL"),
            item ->
                assertThat(item)
                    .isEqualTo(
                        "list.jsonl:8! 'caption' is neither a string nor an array of strings"),
            item -> assertThat(item).isEqualTo("list.jsonl:9: good"),
            item -> assertThat(item).isEqualTo("list.jsonl:9! a caption of x.jpg is empty"),
            item -> assertThat(item).isEqualTo("list.jsonl:10! the line is not UTF-8" + HINT),
            item -> assertThat(item).startsWith("list.jsonl:11! ../secret.jpg lies outside "),
            item -> assertThat(item).endsWith("is no file name"),
            item -> assertThat(item).isEqualTo("list.jsonl:13: last, without end of line"));
  }

  @Test
  void csvKeepsCommasQuotesLineEndsAndChineseNames() throws IOException {
    image("图 1.jpg");
    image("b.png");
    write(
        "list.csv",
        String.join(
            "\r\n",
            "\uFEFFcaption,file_name,language,shelf",
            "\"A cat, a \"\"big\"\" one\",图 1.jpg,en,3",
            "\"Two",
            "lines\",b.png,,",
            "",
            "一只猫,图 1.jpg,zh,4",
            ""));

    List<SourceItem> items = read(folder.resolve("list.csv"));

    assertThat(captions(items))
        .containsExactly(
            "list.csv:2: A cat, a \"big\" one", "list.csv:3: Two\r\nlines", "list.csv:6: 一只猫");
    assertThat(pairs(items)).extracting(RawPair::getLanguage).containsExactly("en", "", "zh");
    assertThat(pairs(items).get(0).getAnnotations()).isEqualTo(Map.of("shelf", "3"));
    assertThat(pairs(items).get(1).getAnnotations()).isEmpty();
  }

  @Test
  void csvGoesOnAfterEachProblem() throws IOException {
    image("x.jpg");
    Files.writeString(
        folder.resolve("list.csv"),
        """
        x.jpg,A cat, a dog
        x.jpg
        x.jpg,caf\u00e9
        x.jpg,
        gone.jpg,Nothing
        x.jpg,"a "quoted" word"
        x.jpg,good
        x.jpg,"never ends
        x.jpg,swallowed
        """,
        ISO_8859_1);

    assertThat(read(folder.resolve("list.csv")))
        .extracting(ItemsRead::line)
        .satisfiesExactly(
            item -> assertThat(item).startsWith("list.csv:1! 3 cells where there are 2 columns"),
            item -> assertThat(item).startsWith("list.csv:2! 1 cell where there are 2 columns"),
            item -> assertThat(item).isEqualTo("list.csv:3! the row is not UTF-8" + HINT),
            item -> assertThat(item).isEqualTo("list.csv:4! x.jpg has no caption"),
            item -> assertThat(item).isEqualTo("list.csv:5! gone.jpg does not exist"),
            item -> assertThat(item).startsWith("list.csv:6! text follows a quote"),
            item -> assertThat(item).isEqualTo("list.csv:7: good"),
            item -> assertThat(item).startsWith("list.csv:8! the quotes of this row do not end"));
  }

  @Test
  void folderWithoutImagesIsRefused() {
    assertThatThrownBy(() -> read(folder))
        .isInstanceOf(UnusableSourceException.class)
        .hasMessageContaining("holds no images (jpg, jpeg, png, webp, gif) and no caption list");
  }

  private void image(String name) throws IOException {
    write(name, "image of " + name);
  }

  private void link(String name, Path target) throws IOException {
    Files.createSymbolicLink(folder.resolve(name), target);
  }

  private void large(String name, long bytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve(name).toFile(), "rw")) {
      file.setLength(bytes);
    }
  }

  private static List<String> captions(List<SourceItem> items) {
    assertThat(items).allMatch(item -> item instanceof Pair);
    return items.stream().map(ItemsRead::line).toList();
  }
}
