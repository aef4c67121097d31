package io.pairstream.image.sandbox;

import io.pairstream.image.protocol.WorkerProtocol;
import io.pairstream.image.sandbox.View.Entry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Restricts what a worker can do, as far as this system offers it.
 *
 * <p>Two walls. The {@link Launcher} starts a worker as a user without rights, in namespaces and a
 * {@link View} of its own, under limits. The worker then has its system calls filtered, which holds
 * where no namespaces are to be had, too. Docs: {@code docs/guarantees.md}.
 */
final class Sandbox {

  /**
   * A worker's whole environment: no credentials, no options for its virtual machine.
   *
   * <p>OpenCV reads its pixel limit when it loads; the gate's own limit is the same.
   */
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "OPENCV_IO_MAX_IMAGE_PIXELS", "50000000",
          "OPENCV_LOG_LEVEL", "WARNING",
          "OPENCV_OPENCL_RUNTIME", "disabled",
          "OPENBLAS_NUM_THREADS", "1",
          "MALLOC_ARENA_MAX", "2",
          "LC_ALL", "C.UTF-8", // what paths are in
          "PATH", "/usr/sbin:/usr/bin:/sbin:/bin");

  /** User id without rights (65534 on Linux), as which a worker of root runs. */
  private static final String UNPRIVILEGED = "65534";

  /** Most threads of a worker: a virtual machine has some 20, and compilers for many processors. */
  private static final int MAX_THREADS = 128;

  private static final Pattern KERNEL = Pattern.compile("(\\d+)\\.(\\d+).*");

  /** Main class of the workers of pictures, which also tries a sandbox out. */
  static final String WORKER = "io.pairstream.image.worker.process.WorkerMain";

  /** Address space for pictures; a progressive JPEG of 50 megapixels takes about 700 MB. */
  static final long PICTURE_MEMORY_BYTES = 2L << 30;

  private static final int MAX_OPEN_FILES = 256;

  /** Largest file that a worker may write: JNA's library, which it unpacks, is smaller. */
  private static final int MAX_FILE_BYTES = 1 << 20;

  private static final String NAMESPACES_SETTING = "/proc/sys/user/max_user_namespaces";

  private static final String VIEW_SCRIPT = script();

  private final WorkerSettings settings;
  private final Path directory;
  private final long memoryBytes;
  private final Launcher launcher;
  private final boolean root;

  /** Why no better launcher is used; empty where there is no better one. */
  private String refused = "";

  /** Why system calls are not filtered; empty where they are. */
  private String unfiltered = "";

  private Sandbox(
      WorkerSettings settings, Path directory, long memoryBytes, Launcher launcher, boolean root) {
    this.settings = settings;
    this.directory = directory;
    this.memoryBytes = memoryBytes;
    this.launcher = launcher;
    this.root = root;
  }

  /**
   * Tries each launcher on this system, and keeps the first that works; before that, lays the
   * native libraries out where that has not been done.
   *
   * @param directory for the files of workers
   * @param memoryBytes most address space of a worker
   * @throws IOException where a trial did not end, so that the answer is unknown; taken for a no,
   *     it would leave workers without that protection for good
   */
  static Sandbox probe(
      WorkerSettings settings, Path directory, long memoryBytes, Launcher... candidates)
      throws IOException {
    unpack(settings);
    List<String> refused = new ArrayList<>();
    for (Launcher candidate : candidates) {
      Sandbox sandbox = new Sandbox(settings, directory, memoryBytes, candidate, isRoot());
      SandboxTrial trial =
          SandboxTrial.of(
              sandbox.process(
                  ConfinedProcess.java(settings, directory, WORKER, WorkerProtocol.TRY)),
              settings.startLimit());
      if (trial.status() == 0 || trial.status() == WorkerProtocol.UNFILTERED) {
        sandbox.unfiltered = trial.status() == 0 ? "" : trial.firstLine();
        sandbox.refused = String.join("; ", refused);
        return sandbox;
      }
      refused.add(candidate.words() + ": " + trial.firstLine());
    }
    throw new IOException(String.join("; ", refused));
  }

  /** A process that runs {@code command} inside, and may read {@code files}. */
  ProcessBuilder process(List<String> command, Path... files) throws IOException {
    List<String> whole = new ArrayList<>();
    if (launcher.hasNamespaces()) {
      List<Entry> view = View.of(settings, directory, List.of(files)).entries();
      whole.addAll(launcher == Launcher.BUBBLEWRAP ? bubblewrap(view) : utilLinux(view));
    }
    if (launcher != Launcher.NONE) {
      whole.addAll(
          List.of(
              "prlimit",
              "--core=0",
              "--as=" + memoryBytes,
              "--nofile=" + MAX_OPEN_FILES,
              "--fsize=" + MAX_FILE_BYTES));
      if (launcher.hasNamespaces() && countsByNamespace(System.getProperty("os.version"))) {
        whole.add("--nproc=" + MAX_THREADS); // elsewhere it counts all processes of the user
      }
    }
    if (launcher.hasNamespaces()) {
      // Launchers and shells add variables of their own, such as OLDPWD.
      whole.addAll(List.of("env", "-i"));
      ENVIRONMENT.forEach((name, value) -> whole.add(name + "=" + value));
    }
    whole.addAll(command);
    return builder(whole);
  }

  /** Whether workers can have their system calls filtered. */
  boolean filters() {
    return unfiltered.isEmpty();
  }

  /** The measures in force and the missing ones, in words. */
  String inWords() {
    List<String> measures = new ArrayList<>();
    measures.add("cleared environment");
    if (launcher.hasNamespaces()) {
      measures.add("own network, processes, files and users by " + launcher.words());
    }
    if (unfiltered.isEmpty()) {
      measures.add("filtered system calls");
    }
    if (launcher != Launcher.NONE) {
      measures.add("at most %d MiB of address space".formatted(memoryBytes >> 20));
    }
    String missing = missing();
    return String.join(", ", measures) + (missing.isEmpty() ? "" : "; missing: " + missing);
  }

  /** Measures of the guarantee that are missing, and why, in words; empty where none is missing. */
  String missing() {
    List<String> missing = new ArrayList<>();
    if (!unfiltered.isEmpty()) {
      missing.add("a filter of system calls (" + unfiltered + ")");
    }
    if (launcher == Launcher.NONE) {
      missing.add("a limit on memory");
    }
    if (!launcher.hasNamespaces() && (root || !unfiltered.isEmpty())) {
      missing.add("a user without rights, and network, processes and files of its own");
    }
    return String.join(", ", missing)
        + (missing.isEmpty() || refused.isEmpty() ? "" : " (" + refused + ")");
  }

  private List<String> bubblewrap(List<Entry> view) throws IOException {
    List<String> command = new ArrayList<>(List.of("bwrap", "--unshare-all", "--die-with-parent"));
    for (Entry entry : view) {
      String path = entry.path().toString();
      // What it makes itself for a file or a folder, it makes for its owner alone.
      command.addAll(List.of("--dir", entry.path().getParent().toString()));
      switch (entry.kind()) {
        case FOLDER, FILE -> command.addAll(List.of("--ro-bind", path, path));
        case DEVICE -> command.addAll(List.of("--dev-bind", path, path));
        case LINK ->
            command.addAll(
                List.of("--symlink", Files.readSymbolicLink(entry.path()).toString(), path));
        case OWN ->
            command.addAll(List.of("--perms", "1777", "--size", "1048576", "--tmpfs", path));
      }
    }
    command.addAll(List.of("--proc", "/proc", "--remount-ro", "/", "--chdir", "/"));
    if (!root) {
      command.addAll(List.of("--unshare-user", "--disable-userns"));
      return command;
    }
    command.remove("--unshare-all"); // its users would be root's own
    command.addAll(List.of("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"));
    command.addAll(List.of("--bind", NAMESPACES_SETTING, NAMESPACES_SETTING));
    command.addAll(List.of("--cap-drop", "ALL", "--cap-add", "CAP_SETUID"));
    command.addAll(List.of("--cap-add", "CAP_SETGID"));
    command.addAll(asUnprivileged());
    command.addAll(withoutRights());
    return command;
  }

  private List<String> utilLinux(List<Entry> view) throws IOException {
    List<String> command = new ArrayList<>();
    // What ends with a signal ends its launcher with it, which is not to leave a core file either.
    command.addAll(List.of("prlimit", "--core=0", "setpriv", "--pdeathsig", "KILL"));
    command.addAll(List.of("unshare", "--mount", "--pid", "--net", "--ipc", "--uts"));
    if (!root) {
      command.add("--map-root-user");
    }
    Path place = Files.createDirectories(directory.resolve("view"));
    command.addAll(List.of("--kill-child", "sh", "-c", VIEW_SCRIPT, "view.sh", place.toString()));
    for (Entry entry : view) {
      command.add(entry.kind().name().toLowerCase(Locale.ROOT) + "=" + entry.path());
    }
    command.add("--");
    if (root) {
      command.addAll(asUnprivileged());
    }
    command.addAll(withoutRights());
    return command;
  }

  /**
   * Beginning of a command that runs as a user without files, which is root in a namespace of its
   * own.
   */
  private static List<String> asUnprivileged() {
    return List.of(
        "setpriv",
        "--reuid=" + UNPRIVILEGED,
        "--regid=" + UNPRIVILEGED,
        "--clear-groups",
        "unshare",
        "--map-root-user");
  }

  /**
   * Beginning of a command without capabilities, without a way to gain one, and without further
   * user namespaces.
   */
  private static List<String> withoutRights() {
    return List.of(
        "sh",
        "-c",
        "echo 0 > " + NAMESPACES_SETTING + " && exec \"$@\"",
        "sh",
        "setpriv",
        "--bounding-set=-all",
        "--inh-caps=-all",
        "--ambient-caps=-all",
        "--no-new-privs",
        "--pdeathsig=KILL");
  }

  private static ProcessBuilder builder(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(ENVIRONMENT);
    return builder;
  }

  private static boolean isRoot() {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException | UnsupportedOperationException e) {
      return false; // no Linux, so no launcher either
    }
  }

  /** Unpacks the native libraries once; workers only read them. */
  private static void unpack(WorkerSettings settings) throws IOException {
    Path cache = Files.createDirectories(settings.natives());
    Path done = cache.resolve(".unpacked");
    if (Files.exists(done)) {
      return;
    }
    SandboxTrial trial =
        SandboxTrial.of(
            builder(ConfinedProcess.java(settings, cache, WORKER, WorkerProtocol.UNPACK)),
            settings.startLimit());
    if (trial.status() != 0) {
      throw new IOException(trial.firstLine());
    }
    try (Stream<Path> files = Files.walk(cache)) {
      for (Path file : files.filter(file -> isRoot()).toList()) {
        boolean unused = file.toFile().setReadable(true, false);
        unused = !Files.isDirectory(file) || file.toFile().setExecutable(true, false);
      }
    }
    try {
      Files.createFile(done);
    } catch (FileAlreadyExistsException e) {
      // Another process was as fast.
    }
  }

  /** Linux 5.14 and newer count the processes of a user in each namespace of users by itself. */
  static boolean countsByNamespace(String kernel) {
    Matcher version = KERNEL.matcher(kernel);
    if (!version.matches()) {
      return false;
    }
    int major = Integer.parseInt(version.group(1));
    return major > 5 || (major == 5 && Integer.parseInt(version.group(2)) >= 14);
  }

  private static String script() {
    try (InputStream in = Sandbox.class.getResourceAsStream("view.sh")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
