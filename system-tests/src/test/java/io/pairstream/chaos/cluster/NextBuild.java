package io.pairstream.chaos.cluster;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A build of this project as the next release may be: records of the wire contract have a field
 * more, and a step does its work in another way.
 */
public final class NextBuild {

  private static final Path PROJECT = Path.of(System.getProperty("pairstream.project.dir"));
  private static final Path JARS = Path.of("command/target/app/lib");
  private static final Set<String> LEFT_OUT = Set.of("target", ".git", "node_modules");
  private static final String FIELD =
      ",\n    {\"name\": \"next_release\", \"type\": \"string\", \"default\": \"\", \"doc\": \"None.\"}\n  ]\n}\n";
  private static final List<String> RECORDS =
      List.of(
          "RawPair",
          "PairLink",
          "PreparedPair",
          "QuarantinedPair",
          "Receipt",
          "Upload",
          "Answer",
          "PairAnswer",
          "InstanceStatus");

  private NextBuild() {}

  /**
   * Copies the sources to a folder, changes them and builds them.
   *
   * @return the jars of the build
   */
  public static Path in(Path folder) throws IOException, InterruptedException {
    copy(folder);
    for (String record : RECORDS) {
      edit(folder.resolve("schemas/src/main/avro/" + record + ".avsc"), "\n  ]\n}\n", FIELD);
    }
    edit(
        folder.resolve("cleaning/src/main/java/io/pairstream/cleaning/plan/CleaningPlan.java"),
        "STEPS_VERSION = 1;",
        "STEPS_VERSION = 2;");
    edit(
        folder.resolve(
            "preprocess-streams/src/main/java/io/pairstream/preprocess/topology/OutputRecords.java"),
        "measures.put(\"caption_tokens\",",
        "measures.put(\"caption_letters\", (double) caption.caption().text().length());\n"
            + "    measures.put(\"caption_tokens\",");
    build(folder);
    return folder.resolve(JARS);
  }

  /** Sources of the Python package of a build. */
  static Path pythonOf(Path build) {
    Path project = build.resolve(JARS.relativize(Path.of(""))).normalize();
    return project.resolve("trainer-feed/python/src");
  }

  private static void copy(Path folder) throws IOException {
    Files.walkFileTree(
        PROJECT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path from, BasicFileAttributes attributes)
              throws IOException {
            if (LEFT_OUT.contains(from.getFileName().toString())) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            Files.createDirectories(folder.resolve(PROJECT.relativize(from)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path from, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(from, folder.resolve(PROJECT.relativize(from)));
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Puts a text in the place of the last one that is equal to another, which must be there. */
  private static void edit(Path file, String old, String replacement) throws IOException {
    String text = Files.readString(file);
    int at = text.lastIndexOf(old);
    if (at < 0) {
      throw new IllegalStateException(file + " has no longer: " + old);
    }
    Files.writeString(
        file, text.substring(0, at) + replacement + text.substring(at + old.length()));
  }

  private static void build(Path folder) throws IOException, InterruptedException {
    Path log = folder.resolve("build.log");
    Process build =
        new ProcessBuilder("mvn", "-o", "-B", "-q", "-Dapp", "package", "-pl", ":pairstream", "-am")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      if (!build.waitFor(15, TimeUnit.MINUTES) || build.exitValue() != 0) {
        throw new AssertionError("the next build fails: " + Files.readString(log));
      }
    } finally {
      build.destroyForcibly();
    }
  }
}
