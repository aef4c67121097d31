package io.pairstream.chaos.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A build of this project as the next release may be: records of the wire contract have a field
 * more, and a step does its work in another way.
 */
public final class NextBuild {

  private static final Path PROJECT = Path.of(System.getProperty("pairstream.project.dir"));
  private static final Path JARS = Path.of("command/target/app/lib");

  /** The jars of the build under test. */
  public static final Path UNDER_TEST = PROJECT.resolve(JARS);

  private static final String COPY =
      "git -C \"$0\" ls-files -coz --exclude-standard | tar -C \"$0\" -cf - --null -T - | tar -xf -";
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
    Files.createDirectories(folder);
    run(folder, "bash", "-c", COPY, PROJECT.toString());
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
    return build(folder);
  }

  /**
   * Builds a commit of this project, such as that of a release.
   *
   * @param folder is made
   * @return the jars of the build
   */
  public static Path of(String commit, Path folder) throws IOException, InterruptedException {
    run(folder.getParent(), "git", "clone", "-q", PROJECT.toString(), folder.toString());
    run(folder, "git", "checkout", "-q", commit);
    return build(folder);
  }

  /** Sources of the Python package of a build. */
  static Path pythonOf(Path build) {
    Path project = build.resolve(JARS.relativize(Path.of(""))).normalize();
    return project.resolve("trainer-feed/python/src");
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

  private static Path build(Path folder) throws IOException, InterruptedException {
    run(folder, "mvn", "-o", "-B", "-q", "-Dapp", "package", "-pl", ":pairstream", "-am");
    return folder.resolve(JARS);
  }

  private static void run(Path folder, String... command) throws IOException, InterruptedException {
    Path log = folder.resolve("build.log");
    Process build =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      if (!build.waitFor(15, TimeUnit.MINUTES) || build.exitValue() != 0) {
        throw new AssertionError("another build fails: " + Files.readString(log));
      }
    } finally {
      build.destroyForcibly();
    }
  }
}
