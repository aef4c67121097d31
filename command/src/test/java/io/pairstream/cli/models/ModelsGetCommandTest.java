package io.pairstream.cli.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.pairstream.cli.Ended;
import io.pairstream.cli.command.ExitStatus;
import io.pairstream.schemas.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelsGetCommandTest {

  private static final byte[] GRAPH = "graph".getBytes(StandardCharsets.UTF_8);
  private static final byte[] WORDS = "words".getBytes(StandardCharsets.UTF_8);

  private static final long MOST = 1 << 20;

  @TempDir private Path folder;
  private final AtomicInteger asked = new AtomicInteger();
  private final Map<String, byte[]> served = new ConcurrentHashMap<>();
  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.incrementAndGet();
          if (exchange.getRequestURI().getPath().equals("/endless")) {
            exchange.sendResponseHeaders(200, 0);
            for (byte[] part = new byte[1 << 16]; ; ) {
              exchange.getResponseBody().write(part); // until the client has hung up
            }
          }
          byte[] body = served.get(exchange.getRequestURI().getPath());
          exchange.sendResponseHeaders(body == null ? 404 : 200, body == null ? -1 : body.length);
          if (body != null) {
            exchange.getResponseBody().write(body);
          }
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private Path card(String source, String sha256) throws IOException {
    return Files.writeString(
        folder.resolve("tiny.yaml"),
        "name: tiny\nfile: tiny.onnx\nsha256: %s\nsource: %s; a test\n".formatted(sha256, source));
  }

  private String address(String path) {
    return "http://localhost:" + server.getAddress().getPort() + path;
  }

  private static String sha256(byte[] content) {
    return HexFormat.of().formatHex(Sha256.of(new String(content, StandardCharsets.UTF_8)));
  }

  private static byte[] archive(String... names) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (String name : names) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(name.endsWith(".txt") ? WORDS : GRAPH);
      }
    }
    return bytes.toByteArray();
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void fileOfAnAddressGetsItsNameAndIsNotFetchedAgain() throws IOException {
    served.put("/a/model.bin", GRAPH);
    Path card = card(address("/a/model.bin"), sha256(GRAPH));

    Ended got = Ended.after("models get", card.toString()).done();

    assertThat(got.out()).contains("tiny.onnx is the card's", "models check " + card);
    assertThat(names()).containsExactly("tiny.onnx", "tiny.yaml");
    served.clear();
    assertThat(Ended.after("models get", card.toString()).out()).contains("tiny.onnx was there");
  }

  @Test
  void filesOfAPackageAreFoundByTheirNames() throws IOException {
    served.put("/p.whl", archive("p/data/tiny.onnx", "p/words.txt", "other.onnx"));
    Path card = card(address("/p.whl"), sha256(GRAPH));
    Files.writeString(
        card,
        Files.readString(card)
            + "dictionary:\n  file: words.txt\n  sha256: %s\n".formatted(sha256(WORDS)));

    Ended.after("models get", card.toString(), "--to", folder.resolve("to") + "").done();

    assertThat(folder.resolve("to/tiny.yaml")).exists();
    assertThat(folder.resolve("to/tiny.onnx")).hasBinaryContent(GRAPH);
    assertThat(folder.resolve("to/words.txt")).hasBinaryContent(WORDS);
  }

  @Test
  void anotherFileThanTheCardsGetsNoName() throws IOException {
    served.put("/model", WORDS);
    Path card = card(address("/model"), sha256(GRAPH));

    Ended.after("models get", card.toString())
        .failed(ExitStatus.FOUND_WRONG, sha256(WORDS), sha256(GRAPH), "it is removed");
    assertThat(names()).containsExactly("tiny.yaml");

    Files.write(folder.resolve("tiny.onnx"), WORDS);
    Ended.after("models get", card.toString())
        .failed(ExitStatus.FOUND_WRONG, "move it away to get the card's");
    assertThat(folder.resolve("tiny.onnx")).hasBinaryContent(WORDS);

    Files.delete(folder.resolve("tiny.onnx"));
    Ended.after("models get", card(address("/model"), "").toString())
        .failed(ExitStatus.FOUND_WRONG, "the card says no sha256 of tiny.onnx", sha256(WORDS));
  }

  @Test
  void whatCannotBeHadIsSaid() throws IOException {
    Ended.after("models get", card(address("/none"), sha256(GRAPH)).toString())
        .failed(ExitStatus.COULD_NOT, "/none answers with 404");
    served.put("/p.whl", archive("a/tiny.onnx", "b/tiny.onnx"));
    Ended.after("models get", card(address("/p.whl"), sha256(GRAPH)).toString())
        .failed(ExitStatus.COULD_NOT, "tiny.onnx is there 2 times");
    Ended.after("models get", card("ask Ann", sha256(GRAPH)).toString())
        .failed(ExitStatus.COULD_NOT, "get it yourself: ask Ann");
    Ended.after("models get", "no-such-card", "--to", folder.toString())
        .failed(ExitStatus.WRONG_USAGE, "there is no card no-such-card", "such as open-nsfw");
    assertThat(names()).containsExactly("tiny.yaml");
  }

  @Test
  void packageComesByTheCommandThatFetchesIt() throws IOException {
    Path script =
        Files.writeString(folder.resolve("fetch"), "echo graph > \"${1#--to=}/a b.whl\"\n");
    Path to = Files.createDirectories(folder.resolve("with blank/package"));

    Path got = new ModelSource(List.of("sh", script.toString(), "--to="), null).fetchTo(to, MOST);

    assertThat(got).isEqualTo(to.resolve("a b.whl"));
    Files.writeString(script, "echo there is no such package; exit 1\n");
    assertThatThrownBy(
            () ->
                new ModelSource(List.of("sh", script.toString(), "--to="), null).fetchTo(to, MOST))
        .hasMessage("sh could not get it: there is no such package");
    assertThatThrownBy(
            () -> new ModelSource(List.of("no-such-pip", "--to="), null).fetchTo(to, MOST))
        .hasMessageStartingWith("there is no no-such-pip here");
  }

  /** The author of a card writes both the card and the file: a digest guards nothing. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "../home/.bash_profile", "/tmp/pairstream-evil", "home/x.sh", "./x.sh",
        "..", ".bashrc", "-x", "a\\\\b"
      })
  void aFileIsAPlainNameBesideTheCard(String name) throws IOException {
    served.put("/payload", GRAPH);
    Files.createDirectories(folder.resolve("home"));
    Path card = card(address("/payload"), sha256(GRAPH));
    String words = Files.readString(card);
    for (String evil :
        List.of(
            words.replace("file: tiny.onnx", "file: \"" + name + "\""),
            words + "decoder: {file: \"" + name + "\", sha256: " + sha256(GRAPH) + "}\n")) {
      Files.writeString(card, evil);

      Ended.after("models get", card.toString())
          .failed(ExitStatus.FOUND_WRONG, "names the file '", "plain names such as model.onnx");
    }
    assertThat(names()).containsExactly("home", "tiny.yaml");
    assertThat(folder.resolve("home")).isEmptyDirectory();
    assertThat(asked).hasValue(0);
  }

  @Test
  void whatFetchesAPackageRunsInAnEmptyFolder() throws IOException {
    Path to = Files.createDirectories(folder.resolve("work/package"));
    String script = "{ pwd; ls; cd ..; pwd; } > \"${1#--to=}/seen\"";

    Path got =
        new ModelSource(
                List.of("sh", Files.writeString(folder.resolve("look"), script) + "", "--to="),
                null)
            .fetchTo(to, MOST);

    assertThat(got).hasContent("%1$s/empty%n%1$s".formatted(to.getParent().toRealPath()));
    assertThat(folder.resolve("work/empty/.mvn")).as("Maven looks no higher").isEmptyDirectory();
    assertThat(ModelSource.of("pypi:a==1").orElseThrow().command()).startsWith("python3", "-I");
  }

  @Test
  void nothingIsTakenBeyondALimit() throws IOException {
    served.put("/large", new byte[(int) MOST + 1]);
    Path to = Files.createDirectories(folder.resolve("work/package"));
    ModelSource declared = ModelSource.of(address("/large")).orElseThrow();
    ModelSource endless = ModelSource.of(address("/endless")).orElseThrow();
    String script =
        "head -c 9000000 /dev/zero > \"${1#--to=}/large\" || { echo too large; exit 1; }";
    Path look = Files.writeString(folder.resolve("look"), script);

    for (ModelSource source : List.of(declared, endless)) {
      assertThatThrownBy(() -> source.fetchTo(to, MOST))
          .hasMessage(
              "what was fetched has more than 1,048,576 bytes, which is too large for a card's file");
    }
    assertThatThrownBy(
            () -> new ModelSource(List.of("sh", look.toString(), "--to="), null).fetchTo(to, MOST))
        .hasMessageContaining("sh could not get it: ");
    assertThat(to.resolve("large")).hasSize(MOST);
  }

  @Test
  void anArchiveIsNotUnpackedBeyondALimit() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("tiny.onnx"));
      zip.write(new byte[50_000_000]);
    }
    served.put("/bomb.zip", bytes.toByteArray());

    Ended.after("models get", card(address("/bomb.zip"), sha256(GRAPH)).toString())
        .failed(ExitStatus.COULD_NOT, "too large for a card's file");
    assertThat(names()).containsExactly("tiny.yaml");
  }

  @Test
  void whatAKilledRunLeftIsRemovedAndWhatAnotherWorksInIsNot() throws IOException {
    served.put("/model", GRAPH);
    Path left = Files.createDirectories(folder.resolve(".get-999999999999/package"));
    Files.writeString(left.resolve("half"), "");
    Path other = Files.createDirectories(folder.resolve(".get-" + parent()));

    assertThat(
            Ended.after("models get", card(address("/model"), sha256(GRAPH)).toString()).status())
        .isEqualTo(ExitStatus.DONE);
    assertThat(names()).containsExactly(other.getFileName() + "", "tiny.onnx", "tiny.yaml");
  }

  private static long parent() {
    return ProcessHandle.current().parent().orElseThrow().pid();
  }

  @Test
  void aLargeCardIsRefusedByItsSize() throws IOException {
    Path card = folder.resolve("large.yaml");
    try (RandomAccessFile file = new RandomAccessFile(card.toFile(), "rw")) {
      file.setLength(3L << 30);
    }
    for (String command :
        List.of("models get", "models check", "models get --to " + folder + "/to")) {
      Ended.after(command, card.toString())
          .failed(ExitStatus.COULD_NOT, "is no recipe or card", "more than 1,048,576 bytes");
    }
  }

  static Stream<Path> shipped() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("..", "deploy", "cards"))) {
      return files.toList().stream();
    }
  }

  /** Cards that come along and can be fetched say the digest of each file. */
  @ParameterizedTest
  @MethodSource("shipped")
  void shippedCardHasASourceForPeopleOrOneWithDigests(Path card) throws IOException {
    CardFiles files = CardFiles.of(card);

    assertThat(ModelsGetCommand.class.getResource("cards/" + card.getFileName())).isNotNull();
    assertThat(
            ModelSource.of(files.source()).isEmpty()
                || files.files().stream().noneMatch(file -> file.sha256().isEmpty()))
        .isTrue();
  }
}
