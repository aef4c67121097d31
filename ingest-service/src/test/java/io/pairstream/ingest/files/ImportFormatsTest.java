package io.pairstream.ingest.files;

import static io.pairstream.ingest.files.ItemsRead.all;
import static io.pairstream.ingest.files.ItemsRead.lines;
import static io.pairstream.ingest.files.ItemsRead.pairs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.ingest.files.SourceItem.Link;
import io.pairstream.ingest.files.SourceItem.Pair;
import io.pairstream.ingest.files.SourceItem.Problem;
import io.pairstream.ingest.files.SourceOptions.Format;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.RawPair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Data sets as other people's tools wrote them; make_fixtures.py beside them says how. */
class ImportFormatsTest extends SourceFolder {

  /** The shards' texts have a caption on each line. */
  private static final SourceOptions LINES = Options.with(options -> options.captionLines = true);

  private static final SourceOptions LINKS = Options.with(options -> options.asLinks = true);

  @ParameterizedTest
  @ValueSource(
      strings = {"packed-none", "packed-snappy", "packed-gzip", "packed-zstd", "checksums"})
  void parquetGivesImagesCaptionsAndAnnotationsWhateverItIsPackedWith(String name) {
    List<SourceItem> items = read(Fixtures.fixture(name + ".parquet"));

    assertThat(lines(items))
        .containsExactly(
            name + ".parquet:1: one", name + ".parquet:2: 二", name + ".parquet:3: three");
    assertThat(items).extracting(SourceItem::entry).containsExactly(1L, 2L, 3L);
    assertThat(pairs(items)).extracting(RawPair::getLanguage).containsExactly("en", "zh", "");
    assertThat(pairs(items))
        .extracting(RawPair::getImage)
        .containsExactly(image(0), image(1), image(2));
    assertThat(pairs(items).get(1).getAnnotations())
        .isEqualTo(Map.of("width", "8", "score", "0.25", "sharp", "false"));
    assertThat(pairs(items).get(2).getAnnotations())
        .isEqualTo(Map.of("width", "8", "sharp", "true"));
  }

  @Test
  void huggingFaceImagesHaveBytesAndText() {
    List<SourceItem> items = read(Fixtures.fixture("hf-text.parquet"));

    assertThat(lines(items)).containsExactly("hf-text.parquet:1: one", "hf-text.parquet:2: two");
    assertThat(pairs(items)).extracting(RawPair::getImage).containsExactly(image(0), image(1));
    assertThat(pairs(items)).extracting(RawPair::getMediaType).containsOnly("image/png");
  }

  @Test
  void huggingFaceListsOfCaptionsArePairsEach() {
    List<SourceItem> items = read(Fixtures.fixture("hf-captions.parquet"));

    assertThat(lines(items))
        .containsExactly(
            "hf-captions.parquet:1: one",
            "hf-captions.parquet:1: uno",
            "hf-captions.parquet:2! the image has no caption",
            "hf-captions.parquet:3: three");
    assertThat(pairs(items))
        .extracting(RawPair::getImage)
        .containsExactly(image(0), image(0), image(2));
    assertThat(pairs(items).get(0).getAnnotations()).isEqualTo(Map.of("id", "7"));
  }

  @Test
  void columnWithinAListOfStructuresCanHoldTheCaption() {
    assertThat(lines(read(Fixtures.fixture("sentences.parquet"), "caption=sentences.raw")))
        .containsExactly(
            "sentences.parquet:1: one", "sentences.parquet:1: uno", "sentences.parquet:2: two");
  }

  @Test
  void listOfLinksGivesLinksWithTheirDigests() {
    List<SourceItem> items = read(Fixtures.fixture("links.parquet"));

    PairLink first = ((Link) items.get(0)).link();
    assertThat(first.getMetadata().getUrl()).isEqualTo("https://example.org/1.jpg");
    assertThat(first.getCaption()).isEqualTo("one");
    assertThat(first.getExpectedDigest()).isEqualTo("ab".repeat(32));
    assertThat(first.getAnnotations()).isEqualTo(Map.of("similarity", "0.31"));
    assertThat(((Link) items.get(1)).link().getExpectedDigest()).isEmpty();
    assertThat(items.get(2)).isInstanceOf(Problem.class);
    assertThat(items).hasSize(3);
  }

  @Test
  void columnsOfOtherNamesAreMapped() {
    List<SourceItem> items =
        read(Fixtures.fixture("own-names.parquet"), "image=pixels,caption=prompt_en");

    assertThat(lines(items)).containsExactly("own-names.parquet:1: one");
    assertThat(pairs(items).get(0).getAnnotations()).isEqualTo(Map.of("n", "1"));
  }

  @Test
  void unknownColumnsAreReportedWithThoseThatAreThere() {
    assertThatThrownBy(() -> read(Fixtures.fixture("own-names.parquet")))
        .isInstanceOf(UnusableSourceException.class)
        .hasMessageContaining("no column is known to hold images")
        .hasMessageEndingWith("there are: pixels, prompt_en, n");
    assertThatThrownBy(
            () -> read(Fixtures.fixture("own-names.parquet"), "image=pixel,caption=prompt_en"))
        .hasMessageContaining("there is no column pixel; there are: pixels, prompt_en, n");
  }

  @Test
  void listWhoseNamesAreUnknownIsRefusedAndNotReadAsIfItHadNone() throws IOException {
    copyImage("x.png");
    Path list = write("l.csv", "figure,words\nx.png,one\n");

    assertThatThrownBy(() -> read(list))
        .hasMessageEndingWith(": --columns image=NAME,caption=NAME; there are: figure, words");
    Files.writeString(list, "gone.png,zero\n");
    assertThat(lines(read(list))).containsExactly("l.csv:1! gone.png does not exist");
  }

  @Test
  void packingThatIsNotReadIsNamedWithThoseThatAre() {
    assertThat(lines(read(Fixtures.fixture("brotli.parquet"))))
        .singleElement()
        .asString()
        .startsWith("brotli.parquet:1! from here to row 3 nothing was read: ")
        .contains("BROTLI")
        .contains("zstd");
  }

  @ParameterizedTest
  @ValueSource(strings = {"shard.tar", "shard.tar.gz", "shard.tar.zst"})
  void webDatasetGivesAnEntryForEachKey(String name) {
    List<SourceItem> items = read(Fixtures.fixture(name), LINES);

    assertThat(lines(items))
        .containsExactly(
            name + ":000: one",
            name + ":000: uno",
            name + ":a/001: two",
            name + ":a/002: 三",
            name + ":003! no image has this name (jpg, jpeg, png, webp, gif)",
            name
                + ":004! no caption has this name (txt, caption, captions, or json with a caption"
                + " in it)");
    assertThat(items).extracting(SourceItem::entry).containsExactly(1L, 1L, 2L, 3L, 4L, 5L);
    RawPair second = pairs(items).get(2);
    assertThat(second.getMetadata().getUrl()).isEqualTo("https://example.org/1.png");
    assertThat(second.getMetadata().getLicence()).isEqualTo("MIT");
    assertThat(second.getMediaType()).isEqualTo("image/png");
    assertThat(second.getAnnotations()).isEqualTo(Map.of("width", "8", "sha256", "ab".repeat(32)));
    assertThat(pairs(items).get(3).getLanguage()).isEqualTo("zh");
    assertThat(pairs(items)).extracting(RawPair::getImage).contains(image(0), image(1), image(2));
  }

  @Test
  void linksCanBeTakenInsteadOfImages() {
    List<SourceItem> items =
        read(
            Fixtures.fixture("shard.tar"),
            Options.with(
                options -> {
                  options.asLinks = true;
                  options.captionLines = true;
                }));

    assertThat(items.get(2)).isInstanceOf(Link.class);
    assertThat(((Link) items.get(2)).link().getMetadata().getUrl())
        .isEqualTo("https://example.org/1.png");
    assertThat(items.get(0)).isInstanceOf(Pair.class);
  }

  @Test
  void cocoGivesAPairForEachAnnotation() {
    List<SourceItem> items = read(Fixtures.fixture("captions_coco.json"));

    assertThat(lines(items))
        .containsExactly(
            "captions_coco.json:annotation 1: one ",
            "captions_coco.json:annotation 2! gone.png does not exist; with --links its URL is"
                + " published, to be fetched",
            "captions_coco.json:annotation 3: uno",
            "captions_coco.json:annotation 4! image_id 5 is not among the images");
    assertThat(pairs(items).get(0).getMetadata().getLicence()).isEqualTo("CC BY 2.0");
    assertThat(pairs(items).get(0).getAnnotations()).isEqualTo(Map.of("image_id", "179"));
    List<SourceItem> links = read(Fixtures.fixture("captions_coco.json"), LINKS);
    assertThat(((Link) links.get(1)).link().getMetadata().getUrl())
        .isEqualTo("http://images.example.org/190.png");
  }

  @Test
  void listWithoutNamesMayHoldUrlsInEitherColumn() throws IOException {
    write("cc3m.tsv", "a dog\thttps://example.org/1.jpg\n");
    write("cc12m.tsv", "https://example.org/2.jpg\ta cat\n");

    assertThat(lines(read(folder.resolve("cc3m.tsv"))))
        .containsExactly("cc3m.tsv:1: a dog -> https://example.org/1.jpg");
    assertThat(lines(read(folder.resolve("cc12m.tsv"))))
        .containsExactly("cc12m.tsv:1: a cat -> https://example.org/2.jpg");
  }

  @Test
  void mappedColumnsOfAListMustBeThere() throws IOException {
    copyImage("x.png");
    write("l.csv", "img,text_en,text_zh\nx.png,one,一\n");

    assertThat(lines(read(folder.resolve("l.csv"), "image=img,caption=text_zh")))
        .containsExactly("l.csv:2: 一");
    assertThatThrownBy(() -> read(folder.resolve("l.csv"), "image=img,caption=text"))
        .hasMessageContaining("no column text; there are: img, text_en, text_zh");
  }

  @Test
  void formatIsSaidWhereTheNameDoesNotTell() throws IOException {
    copyImage("x.png");
    write("list", "x.png\tone\n");

    assertThatThrownBy(() -> read(folder.resolve("list")))
        .isInstanceOf(UnusableSourceException.class)
        .hasMessageContaining(
            "--format folder|csv|tsv|tsv-quoted|jsonl|parquet|webdataset|json|coco");
    assertThat(
            lines(
                read(folder.resolve("list"), Options.with(options -> options.format = Format.TSV))))
        .containsExactly("list:1: one");
  }

  @Test
  void anArrayIsJsonAndNotCoco() throws IOException {
    copyImage("x.png");
    write("list", "[{\"file\":\"x.png\",\"caption\":\"one\"}]");

    assertThat(
            lines(
                read(
                    folder.resolve("list"), Options.with(options -> options.format = Format.JSON))))
        .containsExactly("list:element 1: one");
    assertThatThrownBy(
            () ->
                read(folder.resolve("list"), Options.with(options -> options.format = Format.COCO)))
        .isInstanceOf(UnusableSourceException.class)
        .hasMessageEndingWith("list is an array of JSON, not COCO's object; its format is json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "shard.tar",
        "shard.tar.zst",
        "packed-zstd.parquet",
        "hf-captions.parquet",
        "captions_coco.json",
        "links.parquet"
      })
  void readingGoesOnBehindAnyEntry(String name) {
    List<SourceItem> all = read(Fixtures.fixture(name));

    for (SourceItem item : all) {
      List<SourceItem> rest = new ArrayList<>();
      try (PairSource source = PairSource.open(Fixtures.fixture(name), Options.USUAL)) {
        source.skip(item.entry());
        source.forEachRemaining(rest::add);
      }
      assertThat(lines(rest))
          .isEqualTo(lines(all.stream().filter(one -> one.entry() > item.entry()).toList()));
    }
  }

  @Test
  void noFormatChangesACaption() throws IOException {
    String spelt = "\u00a0 Zwei  cafe\u0301s &amp; ein\u200b Hund\u3000 ";
    copyImage("x.png");
    byte[] image = Files.readAllBytes(folder.resolve("x.png"));
    Map<String, String> lists =
        Map.of(
            "l.jsonl",
            "{\"file\":\"x.png\",\"caption\":\"" + spelt + "\"}\r\n",
            "l.csv",
            "file,caption\r\nx.png," + spelt + "\r\n",
            "quoted.csv",
            "file,caption\nx.png,\"" + spelt + "\"\n",
            "l.tsv",
            "file\tcaption\nx.png\t" + spelt + "\n",
            "captions_coco.json",
            "{\"images\":[{\"id\":1,\"file_name\":\"x.png\"}],"
                + "\"annotations\":[{\"image_id\":1,\"caption\":\""
                + spelt
                + "\"}]}");
    List<Path> sources = new ArrayList<>();
    for (Map.Entry<String, String> list : lists.entrySet()) {
      sources.add(write(list.getKey(), list.getValue()));
    }
    write("pairs/x.png", image);
    write("pairs/x.txt", spelt + "\r\n");
    sources.add(folder.resolve("pairs"));
    sources.add(Fixtures.fixture("spelt.parquet"));
    Map<String, String> texts =
        Map.of("txt", spelt + "\n", "json", "{\"caption\":\"" + spelt + "\"}");
    for (Map.Entry<String, String> text : texts.entrySet()) {
      Tar tar = new Tar().file("x.png", image).file("x." + text.getKey(), text.getValue());
      sources.add(write(text.getKey() + ".tar", tar.bytes()));
    }

    for (Path source : sources) {
      assertThat(pairs(read(source)))
          .as(source.toString())
          .extracting(RawPair::getCaption)
          .containsExactly(spelt);
    }
  }

  private void copyImage(String name) throws IOException {
    Files.copy(Fixtures.fixture("image-0.png"), folder.resolve(name));
  }

  private static ByteBuffer image(int n) {
    try {
      return ByteBuffer.wrap(Files.readAllBytes(Fixtures.fixture("image-" + n + ".png")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<SourceItem> read(Path path, String columns) {
    return read(path, Options.with(options -> options.columns = ColumnNames.parse(columns)));
  }
}
