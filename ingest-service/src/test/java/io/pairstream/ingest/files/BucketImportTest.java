package io.pairstream.ingest.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.storage.LocalObjects;
import io.pairstream.storage.ObjectStore;
import io.pairstream.storage.S3Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Imports from a bucket, compared with those of the same files on a disk. */
class BucketImportTest extends SourceFolder {

  private static S3Server server;

  private final List<String> taken = new ArrayList<>();

  @BeforeAll
  static void start(@TempDir Path home) throws Exception {
    server = new S3Server(home);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void layFilesAndObjects() throws IOException {
    for (String name : List.of("a", "b ü", "c")) {
      write("disk/images/" + name + ".png", "image " + name);
      write("disk/images/sub/" + name + ".txt", "no image");
      write("disk/images/" + name + ".txt", "caption of " + name);
    }
    write("disk/listed/pictures/x.png", "image");
    write("disk/listed/metadata.csv", "file_name,text\npictures/x.png,one\nno.png,two\n");
    write("disk/shards/0.tar", Tar.of("1.png", "image", "1.txt", "one"));
    write("disk/shards/1.tar", Tar.of("2.png", "image", "2.txt", "two", "3.png", "image"));
    write("disk/shards/2.parquet", Files.readAllBytes(Fixtures.fixture("hf-captions.parquet")));
    write("disk/list.jsonl", "{\"url\": \"https://example.org/1.jpg\", \"caption\": \"one\"}\n");
    try (ObjectStore store = ObjectStore.open("s3://bucket");
        Stream<Path> files = Files.walk(folder.resolve("disk"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        store.put(folder.relativize(file).toString(), file);
      }
      store.put("disk/shards/.hidden/3.tar", new byte[1]);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"disk/images", "disk/listed/", "disk/shards", "disk/list.jsonl", "disk"})
  void aBucketGivesWhatTheSameFilesDo(String path) throws IOException {
    List<SourceItem> onDisk =
        items(ItemsRead.sources(List.of(folder + "/" + path), false, said::add));
    List<SourceItem> inBucket;
    try (LocalObjects objects = objects()) {
      inBucket = items(sources("s3://bucket/" + path, objects));
    }

    assertThat(inBucket).isNotEmpty();
    assertThat(inBucket).usingRecursiveComparison().isEqualTo(onDisk);
    try (Stream<Path> files = Files.walk(folder.resolve("state.objects"))) {
      assertThat(files.filter(FolderContents::isShard)).allMatch(BucketImportTest::isHole);
    }
  }

  private static boolean isHole(Path file) {
    try {
      byte[] content = Files.readAllBytes(file);
      return content.length > 0 && Arrays.equals(content, new byte[content.length]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"disk/images", "disk/shards"})
  void aStoppedImportGoesOnInTheBucket(String path) throws IOException {
    List<ImportRun.Result> results;
    int runs = 0;
    do {
      try (ImportState state = new ImportState(folder.resolve("state"), "o", false);
          LocalObjects objects = objects()) {
        AtomicReference<ImportRun> run = new AtomicReference<>();
        run.set(
            new ImportRun(
                Options.USUAL,
                item -> {
                  run.get().stop();
                  taken.add(ItemsRead.line(item));
                  return CompletableFuture.completedFuture(item);
                },
                state,
                new HeardImport(),
                Writer.nullWriter()));
        results = run.get().run(sources("s3://bucket/" + path, objects), Long.MAX_VALUE);
      }
      runs++;
    } while (results.stream().anyMatch(one -> one.ending() == ImportRun.Ending.INTERRUPTED));

    assertThat(runs).isGreaterThan(2);
    assertThat(taken).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(3);
  }

  @Test
  void anObjectThatWasReplacedIsNoticed() throws IOException {
    String url = "s3://bucket/disk/list.jsonl";
    String before = sourceNow(url).fingerprint();
    String again = sourceNow(url).fingerprint();
    try (ObjectStore store = ObjectStore.open("s3://bucket/disk")) {
      store.put("list.jsonl", "{}\n".getBytes(UTF_8));
    }

    assertThat(sourceNow(url).address()).isEqualTo(url);
    assertThat(again).isEqualTo(before);
    assertThat(sourceNow(url).fingerprint()).isNotEqualTo(before);
  }

  @Test
  void anAddressWithoutObjectsIsNamed() {
    assertThatThrownBy(() -> sourceNow("s3://bucket/nowhere"))
        .isInstanceOf(UnusableSourceException.class)
        .hasMessageContaining("s3://bucket/nowhere does not exist");
  }

  private LocalObjects objects() {
    return ImportState.Source.objects(folder.resolve("state.objects"), said::add);
  }

  private List<ImportState.Source> sources(String url, LocalObjects objects) {
    return ImportState.Source.of(List.of(url), false, objects, said::add);
  }

  private ImportState.Source sourceNow(String url) throws IOException {
    try (LocalObjects objects = ImportState.Source.objectsForNow(said::add)) {
      return sources(url, objects).get(0);
    }
  }

  private List<SourceItem> items(List<ImportState.Source> sources) {
    List<SourceItem> all = new ArrayList<>();
    for (ImportState.Source source : sources) {
      try (PairSource items = PairSource.open(source, Options.USUAL, new Notices(said::add))) {
        all.addAll(ItemsRead.all(items));
      }
    }
    return all;
  }
}
