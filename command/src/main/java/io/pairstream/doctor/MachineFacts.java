package io.pairstream.doctor;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a machine has for this process.
 *
 * @param java version of the virtual machine
 * @param processors that this process may use
 * @param memoryBytes that this process and its like may use together
 * @param heapBytes most that this process takes for objects
 * @param openFiles most files and connections that a process may have open; empty where the system
 *     does not tell
 * @param disks where files go
 */
record MachineFacts(
    String java,
    int processors,
    long memoryBytes,
    long heapBytes,
    OptionalLong openFiles,
    List<Disk> disks) {

  /**
   * A place for files.
   *
   * @param what it is for: {@code data} or {@code temp}
   * @param directory the nearest one that exists
   */
  record Disk(String what, Path directory, boolean writable, long usableBytes) {

    static Disk of(String what, Path directory) {
      Path there = directory.toAbsolutePath().normalize();
      while (!Files.isDirectory(there) && there.getParent() != null) {
        there = there.getParent();
      }
      return new Disk(what, there, Files.isWritable(there), there.toFile().getUsableSpace());
    }
  }

  /** This machine's. */
  static MachineFacts ofThisMachine(Path dataDirectory) {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return new MachineFacts(
        Runtime.version().toString(),
        Runtime.getRuntime().availableProcessors(),
        system.getTotalMemorySize(),
        Runtime.getRuntime().maxMemory(),
        system instanceof UnixOperatingSystemMXBean unix
            ? OptionalLong.of(unix.getMaxFileDescriptorCount())
            : OptionalLong.empty(),
        List.of(
            Disk.of("data", dataDirectory),
            Disk.of("temp", Path.of(System.getProperty("java.io.tmpdir")))));
  }
}
