package io.pairstream.image.worker.process;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.pairstream.image.protocol.WorkerProtocol;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Attacks by code that has taken over a worker. Each attempt is reported on stdout: {@code done} or
 * {@code failed}, and its name.
 *
 * <p>Arguments: whether system calls are filtered first, the parent's process id and the time of
 * its start as /proc has it, a port that listens on this machine, the name of an abstract socket, a
 * file for its owner alone, a file for everybody, and a process to end.
 */
public final class Hostile {

  private static final int SIGKILL = 9;
  private static final int PIECE_BYTES = 512 << 10;
  private static final int PROCESSES = 300;

  private Hostile() {}

  /** Tries everything. */
  public static void main(String[] args) throws Exception {
    String parent = "/proc/" + args[1];
    int port = Integer.parseInt(args[3]);
    if (args[0].equals(WorkerProtocol.FILTER)) {
      LateParts.openClassPath();
      run("true"); // what starts processes is loaded now
      SystemCallFilter.install();
    }
    attempt("reach a port of this machine", () -> connects(internet(port)));
    attempt("reach an abstract socket", () -> connects(abstractName(args[4])));
    attempt(
        "enter the parent's network", () -> run("nsenter", "--net=" + parent + "/ns/net", "true"));
    attempt("see the parent", () -> read(parent + "/stat").contains(" " + args[2] + " "));
    attempt(
        "read the parent's environment",
        () -> sees(parent, args[2]) && !read(parent + "/environ").isEmpty());
    attempt(
        "open the parent's memory",
        () -> {
          try (RandomAccessFile memory = new RandomAccessFile(parent + "/mem", "r")) {
            return sees(parent, args[2]) && memory.getFD().valid();
          }
        });
    attempt("read a file of its user", () -> !read(args[5]).isEmpty());
    attempt("write a file of the data directory", () -> opensToWrite(args[6]));
    attempt("write a file of the system", () -> opensToWrite("/etc/passwd"));
    attempt("fill memory with files", Hostile::fillsFolders);
    attempt("allocate without end", Hostile::allocates);
    attempt("start processes without end", Hostile::startsProcesses);
    attempt(
        "be another user", () -> run("unshare", "--user", "--map-root-user", "--mount", "true"));
    attempt(
        "have a capability",
        () -> !read("/proc/self/status").contains("CapEff:\t0000000000000000"));
    attempt(
        "gain rights by a program", () -> !read("/proc/self/status").contains("NoNewPrivs:\t1"));
    attempt("mount", () -> run("mount", "-t", "tmpfs", "none", "/mnt"));
    System.out.println("tried");
    // Where it has processes of its own only, this may be one of them; so it comes last.
    attempt("end a process", () -> c("kill", Integer.parseInt(args[7]), SIGKILL) == 0);
    Runtime.getRuntime().halt(0);
  }

  private static void attempt(String name, Callable<Boolean> act) {
    String outcome;
    try {
      outcome = act.call() ? "done " + name : "failed " + name;
    } catch (Exception | LinkageError e) {
      outcome = "failed " + name + ": " + e;
    }
    System.out.println(outcome);
  }

  private static boolean sees(String parent, String started) throws IOException {
    return read(parent + "/stat").contains(" " + started + " ");
  }

  private static String read(String file) throws IOException {
    try (FileInputStream in = new FileInputStream(file)) {
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static boolean opensToWrite(String file) throws IOException {
    try (FileOutputStream out = new FileOutputStream(file, true)) {
      return out.getFD().valid();
    }
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).start().waitFor() == 0;
  }

  private static int c(String function, Object... arguments) {
    return Function.getFunction("c", function).invokeInt(arguments);
  }

  private static boolean connects(Memory address) throws IOException {
    int family = address.getShort(0);
    int socket = c("socket", family, 1, 0);
    if (socket < 0 || c("connect", socket, address, (int) address.size()) != 0) {
      throw new IOException("error " + Native.getLastError());
    }
    return true;
  }

  /** Listens on an abstract socket until this process ends. */
  public static void listen(String name) {
    Memory address = abstractName(name);
    int socket = c("socket", 1, 1, 0);
    if (c("bind", socket, address, (int) address.size()) != 0 || c("listen", socket, 1) != 0) {
      throw new IllegalStateException("error " + Native.getLastError());
    }
  }

  private static Memory internet(int port) {
    Memory address = new Memory(16);
    address.clear();
    address.setShort(0, (short) 2);
    address.setByte(2, (byte) (port >> 8));
    address.setByte(3, (byte) port);
    address.setByte(4, (byte) 127);
    address.setByte(7, (byte) 1);
    return address;
  }

  private static Memory abstractName(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    Memory address = new Memory(3 + bytes.length);
    address.setShort(0, (short) 1);
    address.setByte(2, (byte) 0);
    address.write(3, bytes, 0, bytes.length);
    return address;
  }

  /** 8 MiB, in files small enough for any limit of one file. */
  private static boolean fillsFolders() {
    List<Path> written = new ArrayList<>();
    List<String> folders =
        List.of(
            "/dev/shm",
            "/tmp",
            "/var/tmp",
            "/run",
            "/dev",
            "/",
            System.getProperty("java.io.tmpdir"));
    for (String folder : folders) {
      for (int i = 0; i < 16; i++) {
        Path file = Path.of(folder, "pairstream-hostile-" + i);
        try (FileOutputStream out = new FileOutputStream(file.toFile())) {
          out.write(new byte[PIECE_BYTES]);
          written.add(file);
        } catch (IOException e) {
          break;
        }
      }
    }
    written.forEach(file -> file.toFile().delete());
    return written.size() >= 16;
  }

  /** 3 GiB. */
  private static boolean allocates() {
    List<Pointer> blocks = new ArrayList<>();
    Function malloc = Function.getFunction("c", "malloc");
    for (int i = 0; i < 48; i++) {
      Pointer block = malloc.invokePointer(new Object[] {64L << 20});
      if (block == null) {
        break;
      }
      blocks.add(block);
    }
    Function free = Function.getFunction("c", "free");
    blocks.forEach(block -> free.invokeVoid(new Object[] {block}));
    return blocks.size() == 48;
  }

  private static boolean startsProcesses() {
    List<Process> started = new ArrayList<>();
    try {
      for (int i = 0; i < PROCESSES; i++) {
        started.add(new ProcessBuilder("sleep", "600").start());
      }
    } catch (IOException | OutOfMemoryError e) {
      // As it should be.
    }
    started.forEach(Process::destroyForcibly);
    return started.stream().filter(process -> ended(process)).count() == PROCESSES;
  }

  /** Whether it ran until it was ended. */
  private static boolean ended(Process process) {
    try {
      return process.waitFor() == 128 + SIGKILL;
    } catch (InterruptedException e) {
      return false;
    }
  }
}
