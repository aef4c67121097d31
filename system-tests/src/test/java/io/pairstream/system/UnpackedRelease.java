package io.pairstream.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The program as a release unpacks it, in a folder of its own, with no files copied twice. */
final class UnpackedRelease {

  private static final Path PROJECT = Path.of(System.getProperty("pairstream.project.dir"));

  private final Path home;
  private final Path root;

  /**
   * Lays the program out.
   *
   * @param home the folder that holds it, current folder of what it runs
   */
  UnpackedRelease(Path home) throws IOException {
    this.home = home;
    root = home.resolve("pairstream");
    for (String part : List.of("lib", "decoder")) {
      Path to = Files.createDirectories(root.resolve(part));
      try (Stream<Path> jars = Files.list(PROJECT.resolve("command/target/app").resolve(part))) {
        for (Path jar : jars.toList()) {
          link(jar, to.resolve(jar.getFileName()));
        }
      }
    }
    Files.createFile(root.resolve("lib/classes.lst"));
    // Empty, so that none are parsed beforehand.
    Files.createFile(root.resolve("app-classes-" + System.getProperty("java.vm.version") + ".jsa"));
    Path launcher = Files.createDirectory(root.resolve("bin")).resolve("pairstream");
    Files.copy(PROJECT.resolve("pairstream"), launcher, StandardCopyOption.COPY_ATTRIBUTES);
  }

  private static void link(Path from, Path to) throws IOException {
    try {
      Files.createLink(to, from);
    } catch (IOException | UnsupportedOperationException e) {
      Files.copy(from, to); // another file system
    }
  }

  /**
   * A command that has yet to be started, by the launcher, in an environment of nothing but these.
   *
   * @param locale variables of the locale
   * @param words with spaces between
   */
  ProcessBuilder command(Map<String, String> locale, String words) {
    List<String> command = new ArrayList<>(List.of(root.resolve("bin/pairstream").toString()));
    command.addAll(List.of(words.split(" ")));
    ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", System.getenv("PATH"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder
        .environment()
        .put(
            "JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 \"-Djava.io.tmpdir=%s\"".formatted(home));
    builder.environment().putAll(locale);
    return builder;
  }
}
