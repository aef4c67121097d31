package io.pairstream.image.sandbox;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The files, variables and limits of a child process, beside those of every one.
 *
 * @param memory option of {@code prlimit} that limits its memory
 * @param memoryBytes the limit
 * @param openFiles most open files
 * @param fileBytes largest file that it may write
 * @param threads most threads
 * @param environment all of its variables
 * @param readable files and folders that it may read
 * @param own folders of its own, which are empty at first and hold 1 MiB each
 * @param roomy folders of its own that hold 1 GiB each
 * @param devices devices that it may use
 * @param network whether it sees the network
 */
record Wall(
    String memory,
    long memoryBytes,
    int openFiles,
    long fileBytes,
    int threads,
    Map<String, String> environment,
    List<Path> readable,
    List<Path> own,
    List<Path> roomy,
    List<Path> devices,
    boolean network) {

  /**
   * A worker's whole environment: no credentials, no options for its virtual machine.
   *
   * <p>OpenCV reads its pixel limit when it loads; the gate's own limit is the same.
   */
  private static final Map<String, String> OF_JAVA =
      Map.of(
          "OPENCV_IO_MAX_IMAGE_PIXELS", "50000000",
          "OPENCV_LOG_LEVEL", "WARNING",
          "OPENCV_OPENCL_RUNTIME", "disabled",
          "OPENBLAS_NUM_THREADS", "1",
          "MALLOC_ARENA_MAX", "2",
          "LC_ALL", "C.UTF-8", // what paths are in
          "PATH", "/usr/sbin:/usr/bin:/sbin:/bin");

  /**
   * The wall of a worker in Java: it sees Java, its class path and its native libraries.
   *
   * @param memoryBytes most address space
   */
  static Wall ofJava(WorkerSettings settings, long memoryBytes) throws IOException {
    List<Path> readable =
        new ArrayList<>(
            in(Path.of("/etc"), file -> file.getFileName().toString().startsWith("java")));
    for (Path java : List.of(JavaProgram.JAVA, JavaProgram.JAVA.toRealPath())) {
      readable.add(java.getParent().resolve("..")); // JAVA_HOME/bin/java
    }
    for (String part : settings.classPath().split(File.pathSeparator)) {
      readable.add(Path.of(part.endsWith("*") ? part.substring(0, part.length() - 1) : part));
    }
    readable.addAll(in(settings.natives(), Files::isDirectory));
    return new Wall(
        "--as",
        memoryBytes,
        256,
        1 << 20, // JNA's library, which it unpacks, is smaller
        128, // a virtual machine has some 20, and compilers for many processors
        OF_JAVA,
        readable,
        // Who unpacks libraries looks whether this folder can be written; they are there already.
        List.of(settings.natives()),
        List.of(),
        List.of(),
        false);
  }

  static List<Path> in(Path folder, Predicate<Path> which) throws IOException {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, which::test)) {
        files.forEach(found::add);
      }
    }
    return found;
  }
}
