package io.pairstream.image.sandbox;

import io.pairstream.image.protocol.ImageWindow;
import io.pairstream.image.protocol.WorkerProtocol;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Functions in Python in a process of their own, run by the interpreter of their author.
 *
 * @param interpreter the interpreter, and what it reads
 * @param runner the file that speaks to this side
 * @param code folder with the functions' files
 * @param memoryMb most memory
 * @param threads threads of numeric libraries
 * @param hashSeed seed of the hashes of texts, which an order of a set depends on
 * @param network whether it sees the network
 * @param reads what else it may read
 * @param gpus which GPUs it sees, as {@code CUDA_VISIBLE_DEVICES} has them; empty for none
 */
public record PythonProgram(
    Interpreter interpreter,
    Path runner,
    Path code,
    int memoryMb,
    int threads,
    int hashSeed,
    boolean network,
    List<Path> reads,
    String gpus)
    implements Program {

  private static final String SYSTEM_PATH = "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  /**
   * An interpreter.
   *
   * @param path where it is
   * @param folders what it reads: its libraries, and those of its environment
   */
  public record Interpreter(Path path, List<Path> folders) {

    /**
     * Asks an interpreter what it reads.
     *
     * @param command its path, or its name on {@code PATH}
     * @param runner the file that speaks to this side
     * @throws IOException where it is none, or too old; the message says so
     */
    public static Interpreter ask(String command, Path runner) throws IOException {
      Process process;
      try {
        process =
            new ProcessBuilder(command, "-s", "-B", runner.toString(), "--describe")
                .redirectErrorStream(true)
                .start();
      } catch (IOException e) {
        throw new IOException(
            "there is no " + command + " here; name an interpreter by its path", e);
      }
      try (InputStream said = process.getInputStream()) {
        process.getOutputStream().close();
        List<String> lines =
            new String(said.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        if (process.waitFor() != 0 || lines.size() < 2) {
          throw new IOException(
              "%s is no Python that works here: %s"
                  .formatted(command, lines.isEmpty() ? "" : lines.get(lines.size() - 1)));
        }
        List<Path> paths = lines.stream().map(Path::of).toList();
        return new Interpreter(paths.get(0), paths.subList(1, paths.size()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      } finally {
        process.destroyForcibly();
      }
    }
  }

  /** Without the user's own packages (-s), and writing no compiled files (-B). */
  @Override
  public List<String> command(Path directory, long token, ImageWindow window, boolean filtered) {
    return List.of(
        interpreter.path().toString(),
        "-s",
        "-B",
        runner.toString(),
        WorkerProtocol.argument(token));
  }

  @Override
  public boolean isFiltered() {
    return false;
  }

  @Override
  public Wall wall() throws IOException {
    List<Path> readable = new ArrayList<>(interpreter.folders());
    readable.add(runner);
    readable.add(code);
    readable.addAll(reads);
    if (network) {
      for (String name : List.of("resolv.conf", "hosts", "nsswitch.conf", "ssl", "pki")) {
        readable.add(Path.of("/etc", name));
      }
    }
    return new Wall(
        "--data",
        (long) memoryMb << 20,
        4_096,
        1L << 30,
        1_024,
        environment(),
        readable,
        List.of(),
        List.of(Path.of("/tmp"), Path.of("/dev/shm")),
        gpus.isEmpty()
            ? List.of()
            : Wall.in(Path.of("/dev"), file -> file.getFileName().toString().startsWith("nvidia")),
        network);
  }

  private Map<String, String> environment() {
    Map<String, String> variables = new HashMap<>();
    variables.put("PATH", interpreter.path().getParent() + ":" + SYSTEM_PATH);
    variables.put("HOME", "/tmp");
    variables.put("USER", "pairstream");
    variables.put("LC_ALL", "C.UTF-8");
    variables.put("TZ", "UTC");
    variables.put("PYTHONHASHSEED", String.valueOf(hashSeed));
    variables.put("CUDA_VISIBLE_DEVICES", gpus);
    for (String library : List.of("OMP", "OPENBLAS", "MKL", "NUMEXPR")) {
      variables.put(library + "_NUM_THREADS", String.valueOf(threads));
    }
    if (!network) {
      variables.put("HF_HUB_OFFLINE", "1");
      variables.put("TRANSFORMERS_OFFLINE", "1");
    }
    return variables;
  }
}
