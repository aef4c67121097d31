package io.pairstream.ingest.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.ingest.files.SourceItem.Problem;
import io.pairstream.schemas.SourceKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages to a data set's owner about files that give no pair. */
class SkippedFilesTest {

  private static final SourceOptions OPTIONS = SourceOptions.of(SourceKind.IMPORTED);

  private static final String HEIC = "\0\0\0\u0018ftypheic\0\0\0\0mif1heic";

  @TempDir Path folder;

  private final List<String> notices = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(strings = {"a.jfif", "a.JPE", "a.JPG", "a.jif", "a.apng", "a.WebP"})
  void takesWhatIsOnlyCalledOtherwise(String name) throws IOException {
    write(name, "an image");
    write("a.txt", "A caption");

    assertThat(read(folder)).extracting(ItemsRead::line).containsExactly(name + ": A caption");
    assertThat(notices).isEmpty();
  }

  @Test
  void tellsEachKindWithWhatHelps() throws IOException {
    write("a.jpg", "an image");
    write("a.txt", "A caption");
    for (String name : List.of("b.heic", "c.HEIC", "d/e.heic", "f.avif")) {
      write(name, "another");
      write(name.replaceFirst("\\.\\w+$", ".txt"), "Of another");
    }
    for (String name : List.of("p.txt", "q.TXT", "r.caption", "s.captions")) {
      write(name, "Of no image");
    }
    write("README.txt", "About it");
    write("film.mp4", "a film");
    write("notes", "of mine");
    write("Thumbs.db", "of a system");
    write(".hidden.heic", "of a system");
    Files.createSymbolicLink(folder.resolve("more"), folder.resolve("d"));

    List<SourceItem> items = read(folder);

    assertThat(items)
        .extracting(ItemsRead::line)
        .containsExactly(
            "a.jpg: A caption",
            "f.avif! 1 .avif: not supported; convert, as by: mogrify -format jpg *.avif"
                + " (ImageMagick)",
            "b.heic! 3 .heic: not supported; convert, as by: mogrify -format jpg *.HEIC *.heic"
                + " (ImageMagick)",
            "p.txt! 4 captions have no image of their name beside them: p.txt, q.TXT, r.caption"
                + " and 1 more");
    assertThat(items.stream().mapToLong(item -> item instanceof Problem p ? p.rows() : 0).sum())
        .isEqualTo(8);
    assertThat(notices)
        .containsExactly(
            "not read: 1 without ending, 1 .mp4, links to folders (more), which are to be named"
                + " themselves");
  }

  @Test
  void tellsThemOnceWhereAnImportGoesOn() throws IOException {
    write("a.jpg", "an image");
    write("a.txt", "A caption");
    write("b.bmp", "another");
    write("c.txt", "Of no image");

    for (int done = 0; done <= 3; done++) {
      try (PairSource source = PairSource.open(folder, OPTIONS)) {
        source.skip(done);
        assertThat(ItemsRead.all(source)).as("behind " + done).hasSize(3 - done);
      }
    }
  }

  @Test
  void aFolderOfNothingElseSaysWhatItHolds() throws IOException {
    write("a.tiff", "an image");
    write("b.TIF", "another");

    assertThatThrownBy(() -> read(folder))
        .isInstanceOf(UnusableSourceException.class)
        .hasMessageContaining(
            "; 1 .tif: not supported; convert, as by: mogrify -format png *.TIF (ImageMagick); 1"
                + " .tiff: ");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"list.jsonl", "list.csv", "bytes.tar", "called.tar"})
  void otherFormatsAreRefusedByTheirFirstBytesWhateverTheirNames(String list) throws IOException {
    write("a.jpg", HEIC);
    Path source = folder.resolve(list);
    if (list.endsWith(".tar")) {
      tar(source, list.equals("bytes.tar") ? "a.jpg" : "a.heic");
    } else {
      write(
          list,
          list.equals("list.csv")
              ? "file,caption\na.jpg,A cat"
              : "{\"file\": \"a.jpg\", \"caption\": \"A cat\"}");
    }

    assertThat(read(source))
        .singleElement()
        .extracting(ItemsRead::line)
        .asString()
        .containsAnyOf(
            "a.jpg is not sent: the file looks like HEIC; accepted are JPEG, PNG, WebP and GIF",
            "a! .heic is not supported; convert, as by: mogrify -format jpg *.heic");
  }

  private static void tar(Path file, String image) throws IOException {
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(Files.newOutputStream(file))) {
      for (String name : List.of(image, "a.txt")) {
        byte[] bytes = (name.equals(image) ? HEIC : "A cat").getBytes(ISO_8859_1);
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(bytes.length);
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
      }
    }
  }

  private List<SourceItem> read(Path path) {
    try (PairSource source = PairSource.open(path, OPTIONS, new Notices(notices::add))) {
      return ItemsRead.all(source);
    }
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, text.getBytes(ISO_8859_1));
  }
}
