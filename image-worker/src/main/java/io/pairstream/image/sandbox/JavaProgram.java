package io.pairstream.image.sandbox;

import io.pairstream.image.protocol.ImageWindow;
import io.pairstream.image.protocol.WorkerProtocol;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A main class in a virtual machine of its own.
 *
 * @param memoryBytes most address space
 */
record JavaProgram(WorkerSettings settings, String mainClass, long memoryBytes) implements Program {

  /** Java of this process, which runs the workers too. */
  static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

  @Override
  public List<String> command(Path directory, long token, ImageWindow window, boolean filtered) {
    return command(
        settings,
        directory,
        mainClass,
        WorkerProtocol.argument(token),
        window.argument(),
        filtered ? WorkerProtocol.FILTER : "");
  }

  @Override
  public Wall wall() throws IOException {
    return Wall.ofJava(settings, memoryBytes);
  }

  @Override
  public long trialBytes() {
    return memoryBytes;
  }

  /** The command that runs a main class with Java. */
  static List<String> command(
      WorkerSettings settings, Path directory, String mainClass, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(JAVA.toString());
    command.addAll(
        List.of(
            // Small and quick to start: the work is native, and the largest object is the file.
            "-Xms40m",
            "-Xmx96m",
            // A file and its picture are garbage at once: a hundred of them between collections.
            "-Xmn24m",
            "-XX:+UseSerialGC",
            "-XX:ReservedCodeCacheSize=48m",
            "-XX:CompressedClassSpaceSize=24m",
            "-Xshare:auto",
            "-XX:-UsePerfData",
            // Die at once and leave little behind.
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:ErrorFile=" + directory.resolve("crash.log"),
            // The virtual machine's own messages must not end up between the frames.
            "-XX:+DisplayVMOutputToStderr",
            // Nor among a codec's words, each of which speaks against the image.
            "-Xlog:disable",
            "-Djava.io.tmpdir=" + directory,
            "-Djava.awt.headless=true",
            "-Djna.tmpdir=" + directory,
            "-Djna.nosys=true",
            "-Dorg.bytedeco.javacpp.cachedir=" + settings.natives(),
            // A PointerScope frees what is native; no collector thread has to.
            "-Dorg.bytedeco.javacpp.nopointergc=true",
            "-Dorg.bytedeco.javacpp.maxbytes=0",
            "-Dorg.bytedeco.javacpp.maxphysicalbytes=0"));
    // Unset, JavaCPP looks for each library of CUDA in all jars: two thirds of a worker's start.
    command.add("-Dorg.bytedeco.javacpp.platform.extension=");
    command.addAll(compilers(ManagementFactory.getRuntimeMXBean().getInputArguments()));
    command.addAll(settings.jvmOptions());
    command.add("-cp");
    command.add(settings.classPath());
    command.add(mainClass);
    command.addAll(List.of(arguments));
    return command;
  }

  /**
   * A parent that compiles quickly rather than well, since it runs briefly, has a worker that does:
   * nearly half of the processor time of a worker's start is the second compiler's.
   *
   * @param parent the parent's own options
   */
  static List<String> compilers(List<String> parent) {
    return parent.stream().filter(option -> option.startsWith("-XX:TieredStopAtLevel=")).toList();
  }
}
