package io.pairstream.ingest.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.ingest.files.SourceItem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages to a data set's owner about files that give no pair. */
class SkippedFilesTest extends SourceFolder {

  private static final String HEIC = "\0\0\0\u0018ftypheic\0\0\0\0mif1heic";

  @ParameterizedTest
  @ValueSource(strings = {"a.jfif", "a.JPE", "a.JPG", "a.jif", "a.apng", "a.WebP"})
  void takesWhatIsOnlyCalledOtherwise(String name) throws IOException {
    write(name, "an image");
    write("a.txt", "A caption");

    assertThat(read(folder)).extracting(ItemsRead::line).containsExactly(name + ": A caption");
    assertThat(said).isEmpty();
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
    assertThat(said)
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
      try (PairSource source = PairSource.open(folder, Options.USUAL)) {
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
      write(list, Tar.of(list.equals("bytes.tar") ? "a.jpg" : "a.heic", HEIC, "a.txt", "A cat"));
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
}
