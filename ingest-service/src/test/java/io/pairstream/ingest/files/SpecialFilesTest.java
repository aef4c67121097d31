package io.pairstream.ingest.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pipes, sockets and devices where files are expected: named, and never waited for. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SpecialFilesTest extends SourceFolder {

  /** A folder with one good pair and one whose file is none. */
  @ParameterizedTest
  @CsvSource({
    "b.jpg, b.txt",
    "b.txt, b.jpg",
    "b.caption, b.jpg",
    "b.captions, b.jpg",
    "b.json, b.jpg",
    "b.jpg.txt, b.jpg"
  })
  void amongImagesAndCaptionsItCostsItsOwnPair(String special, String other) throws Exception {
    write("a.jpg", "an image");
    write("a.txt", "A caption");
    write(other, "x");
    for (String kind : List.of("pipe", "socket")) {
      make(kind, folder.resolve(special));

      assertThat(linesToTheEnd(folder, Options.USUAL))
          .hasSize(2)
          .startsWith("a.jpg: A caption")
          .last()
          .asString()
          .startsWith("b.jpg! ")
          .contains(special + " is no file");
      Files.delete(folder.resolve(special));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "captions.jsonl",
        "l.csv",
        "l.tsv",
        "l.jsonl",
        "l.json",
        "l.tar",
        "l.parquet",
        "l.csv.gz"
      })
  void asASourceItIsRefused(String name) throws Exception {
    for (String kind : List.of("pipe", "socket")) {
      make(kind, folder.resolve(name));

      assertThat(linesToTheEnd(folder.resolve(name), Options.USUAL))
          .singleElement()
          .asString()
          .contains(name + " is no file", "write it to a file first");
      Files.delete(folder.resolve(name));
    }
  }

  @Test
  void aListOfAFolderAndAnImageOfAListAreNamed() throws Exception {
    make("pipe", folder.resolve("captions.csv"));
    assertThat(linesToTheEnd(folder, Options.USUAL))
        .last()
        .asString()
        .contains("captions.csv is no file");
    Files.delete(folder.resolve("captions.csv"));

    write("captions.csv", "b.jpg,one\na.jpg,two\n");
    write("a.jpg", "an image");
    make("pipe", folder.resolve("b.jpg"));
    assertThat(linesToTheEnd(folder, Options.USUAL))
        .hasSize(2)
        .contains("captions.csv:2: two")
        .first()
        .asString()
        .startsWith("captions.csv:1! b.jpg is no file");
  }

  @Test
  void whatMayBeAListIsNotOpened() throws Exception {
    make("pipe", folder.resolve("captions.txt"));
    write("a.jpg", "an image");
    List<String> said = new ArrayList<>();

    assertThat(ItemsRead.sources(List.of(folder.toString()), false, said::add)).hasSize(1);
    assertThat(said).isEmpty();
  }

  @Test
  void asInstancesItIsRefused() throws Exception {
    make("pipe", folder.resolve("i.json"));
    SourceOptions options = Options.with(usual -> usual.instances = folder.resolve("i.json"));

    assertThat(linesToTheEnd(Fixtures.fixture("captions_coco.json"), options))
        .singleElement()
        .asString()
        .contains("i.json is no file");
  }

  @Test
  void devicesAreRefusedWhateverTheFormat() {
    for (SourceOptions.Format format : SourceOptions.Format.values()) {
      assertThat(linesToTheEnd(Path.of("/dev/zero"), Options.with(usual -> usual.format = format)))
          .singleElement()
          .asString()
          .contains("/dev/zero is no f");
    }
    assertThat(linesToTheEnd(Path.of("/dev/zero"), Options.USUAL))
        .singleElement()
        .asString()
        .contains("/dev/zero is no file");
  }

  /** The list of a program that writes on may change while it is read. */
  @ParameterizedTest
  @ValueSource(ints = {10, 6000})
  void aListThatChangesWhileItIsReadIsSaid(int rows) throws IOException {
    write("x.jpg", "an image");
    String row = "{\"file\":\"x.jpg\",\"caption\":\"caption\"}\n";
    Path list = write("l.jsonl", row.repeat(5000));
    List<String> lines = new ArrayList<>();
    try (PairSource source = PairSource.open(list, Options.USUAL)) {
      lines.add(ItemsRead.line(source.next()));
      write("l.jsonl", row.repeat(rows));
      source.forEachRemaining(item -> lines.add(ItemsRead.line(item)));
    } catch (UncheckedIOException e) {
      lines.add(e.getMessage());
    }

    assertThat(lines)
        .last()
        .asString()
        .startsWith("l.jsonl cannot be read on after entry ")
        .endsWith("it changed while it was read; import it again");
  }

  @Test
  void imagesThatVanishCostTheirOwnPairsAndAFolderIsNamed() throws IOException {
    for (String name : List.of("a/1", "a/2", "b/3", "c/4")) {
      write(name + ".jpg", "an image");
      write(name + ".txt", name);
    }
    List<String> lines = new ArrayList<>();
    try (PairSource source = PairSource.open(folder, Options.USUAL)) {
      lines.add(ItemsRead.line(source.next()));
      Files.delete(folder.resolve("a/2.jpg"));
      Files.delete(folder.resolve("a/2.txt"));
      Files.delete(folder.resolve("b/3.jpg"));
      Files.delete(folder.resolve("b/3.txt"));
      Files.delete(folder.resolve("b"));
      source.forEachRemaining(item -> lines.add(ItemsRead.line(item)));
    } catch (UncheckedIOException e) {
      lines.add(e.getMessage());
    }

    assertThat(lines)
        .startsWith("a/1.jpg: a/1")
        .anyMatch(line -> line.matches("a/2.jpg! .*2\\.(txt|jpg).*"))
        .last()
        .isEqualTo(folder + "! images that vanished while it was read: 1");
  }

  @Test
  void anImageIsNamedEvenWhereItsFolderCannotBeListed() throws IOException {
    Path list = write("l.csv", "a.jpg,one\n");
    SourceOptions options = Options.with(usual -> usual.imageFolder = folder.resolve("gone"));

    assertThat(linesToTheEnd(list, options))
        .singleElement()
        .asString()
        .isEqualTo("l.csv:1! a.jpg does not exist");
  }

  private static void make(String kind, Path file) throws Exception {
    if (kind.equals("pipe")) {
      new ProcessBuilder("mkfifo", file.toString()).inheritIO().start().waitFor();
    } else {
      ServerSocketChannel.open(StandardProtocolFamily.UNIX)
          .bind(UnixDomainSocketAddress.of(file))
          .close();
    }
    assertThat(file).exists();
  }
}
