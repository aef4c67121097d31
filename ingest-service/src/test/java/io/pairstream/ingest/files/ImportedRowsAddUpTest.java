package io.pairstream.ingest.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.ingest.files.SourceOptions.Format;
import io.pairstream.service.http.Json;
import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each row of a data set, however malformed, is a pair, a link or a problem, and no caption is with
 * another's image.
 */
class ImportedRowsAddUpTest {

  /** Faults of a row; some formats do not have all of them. */
  private enum Fault {
    NONE,
    NONE_EITHER,
    NO_IMAGE,
    NO_CAPTION,
    NOT_UTF8,
    HALF_A_CHARACTER,
    STRAY_QUOTE,
    A_CELL_MORE,
    A_CELL_LESS,
    SEVERAL_LINES,
    ON_THE_WEB,
    NOWHERE_ON_THE_WEB,
    CUT_OFF
  }

  private static final Set<Fault> OF_ROWS =
      Set.of(Fault.STRAY_QUOTE, Fault.A_CELL_MORE, Fault.A_CELL_LESS);

  private static final List<Format> FORMATS = List.copyOf(EnumSet.allOf(Format.class));
  private static final List<Fault> FAULTS = List.copyOf(EnumSet.allOf(Fault.class));

  @TempDir Path folder;

  private final Set<String> truth = new HashSet<>();
  private final List<String> published = new ArrayList<>();
  private Random random;
  private Path source;
  private int rows;

  static IntStream seeds() {
    return IntStream.range(0, 320);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void eachRowIsAPairALinkOrAProblem(int seed) throws IOException {
    random = new Random(seed);
    Format format = FORMATS.get(seed % FORMATS.size());
    rows = 1 + random.nextInt(12);

    switch (format) {
      case FOLDER -> folder();
      case CSV, TSV, TSV_QUOTED -> table(format);
      case JSONL -> jsonLines();
      case WEBDATASET -> tar();
      case JSON, COCO -> coco();
      case PARQUET -> parquet();
    }

    ImportRun.Result result = run(format);
    assertThat(truth).as("seed %s: %s", seed, format).containsAll(published);
    assertThat(published).doesNotHaveDuplicates();
    assertThat(result.published() + result.links() + result.problems())
        .as("seed %s: %s", seed, result)
        .isEqualTo(rows);
  }

  private ImportRun.Result run(Format format) {
    SourceOptions options =
        Options.with(
            usual -> {
              usual.imageFolder = folder.resolve("images");
              usual.format = format == Format.FOLDER ? null : format;
            });
    try (ImportState state = new ImportState(folder.resolve("state"), "", false)) {
      return new ImportRun(options, this::publish, state, new Silent(), Writer.nullWriter())
          .run(ImportState.Source.of(List.of(source.toString()), false), Long.MAX_VALUE)
          .get(0);
    }
  }

  private CompletableFuture<?> publish(SourceItem item) {
    published.add(
        item instanceof SourceItem.Pair pair
            ? UTF_8.decode(pair.pair().getImage()) + ": " + pair.pair().getCaption()
            : ((SourceItem.Link) item).link().getMetadata().getUrl()
                + ": "
                + ((SourceItem.Link) item).link().getCaption());
    return CompletableFuture.completedFuture(item);
  }

  private Fault fault() {
    return FAULTS.get(random.nextInt(FAULTS.size()));
  }

  private String image(int row, Fault fault) throws IOException {
    String name = "i" + row + ".jpg";
    if (fault == Fault.ON_THE_WEB) {
      return "https://example.org/" + name;
    } else if (fault == Fault.NOWHERE_ON_THE_WEB) {
      return "https://" + name + ":99999/";
    } else if (fault != Fault.NO_IMAGE) {
      write("images/" + name, name, UTF_8);
    }
    return name;
  }

  private String caption(int row, Fault fault) {
    return switch (fault) {
      case NO_CAPTION -> " ";
      case NOT_UTF8 -> "caf\u00e9";
      case HALF_A_CHARACTER -> "half \ud83d of " + row;
      case SEVERAL_LINES -> "lines\nof " + row;
      default -> "a caption, \"in\" commas of " + row;
    };
  }

  private void table(Format format) throws IOException {
    String delimiter = format == Format.CSV ? "," : "\t";
    String end = random.nextBoolean() ? "\n" : "\r\n";
    boolean isImageFirst = random.nextBoolean();
    StringBuilder list =
        new StringBuilder(
                String.join(
                    delimiter,
                    isImageFirst ? List.of("file", "caption") : List.of("caption", "file")))
            .append(end);
    boolean hasStrayQuotes = random.nextBoolean();
    for (int row = 0; row < rows; row++) {
      Fault fault = fault();
      // What a quote without an end takes in is counted by lines, blank ones included.
      if (fault == (hasStrayQuotes ? Fault.SEVERAL_LINES : Fault.STRAY_QUOTE)
          || (fault == Fault.SEVERAL_LINES && format == Format.TSV)) {
        fault = Fault.NONE;
      }
      String image = image(row, fault);
      String caption = caption(row, fault).replace('\ud83d', '?');
      if (fault == Fault.STRAY_QUOTE) {
        caption = random.nextBoolean() ? "\"stray " + row : "stray " + row + "\"";
      }
      truth.add(image + ": " + caption);
      boolean isQuoted = format != Format.TSV && fault != Fault.STRAY_QUOTE;
      String cell = isQuoted ? "\"" + caption.replace("\"", "\"\"") + "\"" : caption;
      cell = fault == Fault.A_CELL_MORE ? cell + delimiter + cell : cell;
      List<String> cells =
          fault == Fault.A_CELL_LESS
              ? List.of(image)
              : isImageFirst ? List.of(image, cell) : List.of(cell, image);
      list.append(String.join(delimiter, cells)).append(end);
      if (!hasStrayQuotes && random.nextInt(5) == 0) {
        list.append(end);
      }
    }
    source = write("list", list.toString(), ISO_8859_1);
  }

  private void jsonLines() throws IOException {
    StringBuilder list = new StringBuilder();
    for (int row = 0; row < rows; row++) {
      Fault fault = fault();
      String image = image(row, fault);
      String caption = caption(row, fault);
      truth.add(image + ": " + caption);
      ObjectNode object = Json.MAPPER.createObjectNode().put("file", image);
      String line = Json.MAPPER.writeValueAsString(object.put("caption", caption));
      line = line.replace("\ud83d", "\\ud83d").replace("?", "\\ud83d");
      list.append(fault == Fault.CUT_OFF ? line.substring(0, 9) : line).append('\n');
    }
    source = write("list", list.toString(), ISO_8859_1);
  }

  private void coco() throws IOException {
    ObjectNode file = Json.MAPPER.createObjectNode();
    ArrayNode images = file.putArray("images");
    ArrayNode annotations = file.putArray("annotations");
    boolean isText = random.nextBoolean();
    for (int row = 0; row < rows; row++) {
      Fault fault = fault();
      String image = image(row, fault);
      String caption = caption(row, fault == Fault.HALF_A_CHARACTER ? Fault.NONE : fault);
      truth.add(image + ": " + caption);
      ObjectNode known = images.addObject();
      ObjectNode annotation = annotations.addObject().put("caption", caption);
      boolean isUnknown = fault == Fault.CUT_OFF;
      if (isText) {
        known.put("id", "id " + row);
        annotation.put("image_id", (isUnknown ? "none " : "id ") + row);
      } else {
        known.put("id", row);
        annotation.put("image_id", isUnknown ? -row - 1.0 : row * 1.0);
      }
      known.put(image.startsWith("https") ? "coco_url" : "file_name", image);
    }
    source = write("list", Json.MAPPER.writeValueAsString(file), UTF_8);
  }

  private void folder() throws IOException {
    source = Files.createDirectories(folder.resolve("images"));
    for (int row = 0; row < rows; row++) {
      Fault fault = fault();
      String name = "i" + row + ".jpg";
      write("images/" + name, name, UTF_8);
      if (fault != Fault.NO_IMAGE) {
        String ending = List.of(".txt", ".TXT", ".caption", ".jpg.txt").get(random.nextInt(4));
        write("images/i" + row + ending, text(row, fault, name), ISO_8859_1);
      }
    }
  }

  private void tar() throws IOException {
    Tar tar = new Tar();
    for (int row = 0; row < rows; row++) {
      Fault fault = fault();
      String name = "i" + row + ".jpg";
      if (fault != Fault.NO_IMAGE) {
        tar.file(name, name);
      }
      if (fault != Fault.CUT_OFF) {
        tar.file("i" + row + ".txt", text(row, fault, name).getBytes(ISO_8859_1));
      }
      if (fault == Fault.A_CELL_MORE) {
        tar.file("i" + row + ".other.png", "not taken");
        rows++;
        row++;
      }
    }
    source = Files.write(folder.resolve("list"), tar.bytes());
  }

  private String text(int row, Fault fault, String image) {
    Fault possible = OF_ROWS.contains(fault) ? Fault.NONE : fault;
    String caption = caption(row, possible).replace('\ud83d', '?');
    truth.add(image + ": " + caption);
    return caption;
  }

  /** Three rows with checksums, of which a byte before the footer is another. */
  private void parquet() throws IOException {
    rows = 3;
    byte[] bytes = Files.readAllBytes(Fixtures.fixture("checksums.parquet"));
    List<String> captions = List.of("one", "二", "three");
    for (int row = 0; row < rows; row++) {
      byte[] image = Files.readAllBytes(Fixtures.fixture("image-" + row + ".png"));
      truth.add(UTF_8.decode(ByteBuffer.wrap(image)) + ": " + captions.get(row));
    }
    bytes[4 + random.nextInt(bytes.length / 3)] ^= (byte) (1 << random.nextInt(8));
    source = Files.write(folder.resolve("list"), bytes);
  }

  private Path write(String name, String text, Charset charset) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, text.getBytes(charset));
  }

  /** Without a listener. */
  private static final class Silent implements ImportRun.Listener {
    @Override
    public void problem(SourceItem.Problem problem) {}

    @Override
    public void notice(String sentence) {}

    @Override
    public void published(int imageBytes) {}

    @Override
    public void read(double share) {}
  }
}
