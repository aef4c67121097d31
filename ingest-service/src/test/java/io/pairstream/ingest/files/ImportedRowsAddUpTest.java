package io.pairstream.ingest.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.ingest.files.SourceOptions.Format;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
 * Each row of a delimited text, however malformed, is a pair, a link or a problem, and no caption
 * is with another's image. Rows of other formats cannot take each other in.
 */
class ImportedRowsAddUpTest {

  private enum Fault {
    NONE,
    NO_IMAGE,
    NO_CAPTION,
    NOT_UTF8,
    STRAY_QUOTE,
    A_CELL_MORE,
    A_CELL_LESS,
    SEVERAL_LINES,
    ON_THE_WEB,
    NOWHERE_ON_THE_WEB
  }

  private static final List<Format> FORMATS = List.of(Format.CSV, Format.TSV, Format.TSV_QUOTED);
  private static final List<Fault> FAULTS = List.of(Fault.values());

  @TempDir Path folder;

  private final Set<String> truth = new HashSet<>();
  private final List<String> published = new ArrayList<>();
  private Random random;
  private Path source;
  private int rows;

  static IntStream seeds() {
    return IntStream.range(0, 120);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void eachRowIsAPairALinkOrAProblem(int seed) throws IOException {
    random = new Random(seed);
    Format format = FORMATS.get(seed % FORMATS.size());
    rows = 1 + random.nextInt(12);
    table(format);

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
              usual.format = format;
            });
    try (ImportState state = new ImportState(folder.resolve("state"), "", false)) {
      return new ImportRun(options, this::publish, state, new HeardImport(), Writer.nullWriter())
          .run(ItemsRead.sources(List.of(source.toString())), Long.MAX_VALUE)
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
      String caption = caption(row, fault);
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

  private Path write(String name, String text, Charset charset) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, text.getBytes(charset));
  }
}
