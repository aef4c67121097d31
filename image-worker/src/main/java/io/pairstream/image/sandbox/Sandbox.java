package io.pairstream.image.sandbox;

import io.pairstream.cleaning.ClassPathFile;
import io.pairstream.image.protocol.WorkerProtocol;
import io.pairstream.image.sandbox.View.Entry;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Restricts what a worker can do, as far as this system offers it.
 *
 * <p>Two walls. The {@link Launcher} starts a worker as a user without rights, in namespaces and a
 * {@link View} of its own, under limits. The worker then has its system calls filtered, which holds
 * where no namespaces are to be had, too. Docs: {@code docs/guarantees.md}.
 */
final class Sandbox {

  /** User id without rights (65534 on Linux), as which a worker of root runs. */
  private static final String UNPRIVILEGED = "65534";

  private static final Pattern KERNEL = Pattern.compile("(\\d+)\\.(\\d+).*");

  /** Main class of the workers of pictures, which also tries a sandbox out. */
  static final String WORKER = "io.pairstream.image.worker.process.WorkerMain";

  /** Address space for pictures; a progressive JPEG of 50 megapixels takes about 700 MB. */
  static final long PICTURE_MEMORY_BYTES = 2L << 30;

  private static final String NAMESPACES_SETTING = "/proc/sys/user/max_user_namespaces";

  private static final String VIEW_SCRIPT = ClassPathFile.text(Sandbox.class, "view.sh");

  private final Path directory;
  private final long memoryBytes;
  private final Launcher launcher;
  private final boolean root;

  /** Why no better launcher is used; empty where there is no better one. */
  private String refused = "";

  /** Why system calls are not filtered; empty where they are. */
  private String unfiltered = "";

  private Sandbox(Path directory, long memoryBytes, Launcher launcher, boolean root) {
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
    Wall wall = Wall.ofJava(settings, memoryBytes);
    List<String> refused = new ArrayList<>();
    for (Launcher candidate : candidates) {
      Sandbox sandbox = new Sandbox(directory, memoryBytes, candidate, isRoot());
      SandboxTrial trial =
          SandboxTrial.of(
              sandbox.process(
                  wall,
                  JavaProgram.command(settings, directory, WORKER, WorkerProtocol.TRY),
                  List.of()),
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

  /** A process that runs {@code command} behind a wall, and may read {@code files}, too. */
  ProcessBuilder process(Wall wall, List<String> command, List<Path> files) throws IOException {
    List<String> whole = new ArrayList<>();
    if (launcher.hasNamespaces()) {
      List<Entry> view = View.of(wall, directory, files);
      whole.addAll(
          launcher == Launcher.BUBBLEWRAP
              ? bubblewrap(view, wall.network())
              : utilLinux(view, wall.network()));
    }
    if (launcher != Launcher.NONE) {
      whole.addAll(
          List.of(
              "prlimit",
              "--core=0",
              wall.memory() + "=" + wall.memoryBytes(),
              "--nofile=" + wall.openFiles(),
              "--fsize=" + wall.fileBytes()));
      if (launcher.hasNamespaces() && countsByNamespace(System.getProperty("os.version"))) {
        whole.add("--nproc=" + wall.threads()); // elsewhere it counts all processes of the user
      }
    }
    if (launcher.hasNamespaces()) {
      // Launchers and shells add variables of their own, such as OLDPWD.
      whole.addAll(List.of("env", "-i"));
      wall.environment().forEach((name, value) -> whole.add(name + "=" + value));
    }
    whole.addAll(command);
    return builder(whole, wall);
  }

  /** Whether processes end with the first of their namespace. */
  boolean hasNamespaces() {
    return launcher.hasNamespaces();
  }

  /** Whether workers can have their system calls filtered. */
  boolean filters() {
    return unfiltered.isEmpty();
  }

  /**
   * The measures in force and the missing ones, in words.
   *
   * @param filtered whether a filter of system calls is one of them
   */
  String inWords(boolean filtered) {
    List<String> measures = new ArrayList<>();
    measures.add("cleared environment");
    if (launcher.hasNamespaces()) {
      measures.add("own network, processes, files and users by " + launcher.words());
    }
    if (filtered && unfiltered.isEmpty()) {
      measures.add("filtered system calls");
    }
    if (launcher != Launcher.NONE) {
      measures.add("at most %d MiB of address space".formatted(memoryBytes >> 20));
    }
    String missing = missing(filtered);
    return String.join(", ", measures) + (missing.isEmpty() ? "" : "; missing: " + missing);
  }

  /**
   * Measures of the guarantee that are missing, and why, in words; empty where none is missing.
   *
   * @param filtered whether a filter of system calls is one of them
   */
  String missing(boolean filtered) {
    List<String> missing = new ArrayList<>();
    if (filtered && !unfiltered.isEmpty()) {
      missing.add("a filter of system calls (" + unfiltered + ")");
    }
    if (launcher == Launcher.NONE) {
      missing.add("a limit on memory");
    }
    if (!launcher.hasNamespaces() && (root || !filtered || !unfiltered.isEmpty())) {
      missing.add("a user without rights, and network, processes and files of its own");
    }
    return String.join(", ", missing)
        + (missing.isEmpty() || refused.isEmpty() ? "" : " (" + refused + ")");
  }

  private List<String> bubblewrap(List<Entry> view, boolean network) throws IOException {
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
        case ROOMY ->
            command.addAll(List.of("--perms", "1777", "--size", "1073741824", "--tmpfs", path));
      }
    }
    command.addAll(List.of("--proc", "/proc", "--remount-ro", "/", "--chdir", "/"));
    if (!root) {
      command.addAll(List.of("--unshare-user", "--disable-userns"));
      command.addAll(network ? List.of("--share-net") : List.of());
      return command;
    }
    command.remove("--unshare-all"); // its users would be root's own
    command.addAll(List.of("--unshare-ipc", "--unshare-pid", "--unshare-uts"));
    command.addAll(network ? List.of() : List.of("--unshare-net"));
    command.addAll(List.of("--bind", NAMESPACES_SETTING, NAMESPACES_SETTING));
    command.addAll(List.of("--cap-drop", "ALL", "--cap-add", "CAP_SETUID"));
    command.addAll(List.of("--cap-add", "CAP_SETGID"));
    command.addAll(asUnprivileged());
    command.addAll(withoutRights());
    return command;
  }

  private List<String> utilLinux(List<Entry> view, boolean network) throws IOException {
    List<String> command = new ArrayList<>();
    // What ends with a signal ends its launcher with it, which is not to leave a core file either.
    command.addAll(List.of("prlimit", "--core=0", "setpriv", "--pdeathsig", "KILL"));
    command.addAll(List.of("unshare", "--mount", "--pid", "--ipc", "--uts"));
    command.addAll(network ? List.of() : List.of("--net"));
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

  private static ProcessBuilder builder(List<String> command, Wall wall) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(wall.environment());
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
            builder(
                JavaProgram.command(settings, cache, WORKER, WorkerProtocol.UNPACK),
                Wall.ofJava(settings, PICTURE_MEMORY_BYTES)),
            settings.startLimit());
    if (trial.status() != 0) {
      throw new IOException(trial.firstLine());
    }
    if (isRoot()) { // whose workers are another user
      Confinement.showToOthers(cache);
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
}
