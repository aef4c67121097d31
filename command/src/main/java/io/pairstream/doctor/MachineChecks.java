package io.pairstream.doctor;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import io.pairstream.service.requirements.Finding;
import io.pairstream.service.requirements.Finding.Area;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Looks at what a machine has, and judges it. */
public final class MachineChecks {

  private static final long MIB = 1024 * 1024;
  private static final long GIB = 1024 * MIB;

  /** Broker, registry, services and page on one machine. */
  private static final long MEMORY_AT_REST = GIB;

  /** A stream thread with its image worker: docs/performance.md, "how to size". */
  private static final long MEMORY_PER_PROCESSOR = 768 * MIB;

  /** A server takes 4,096 connections; a broker holds three files for each segment. */
  private static final long OPEN_FILES = 8_192;

  /** Below that preprocessing stands still. */
  private static final long DISK_NEEDED = 256 * MIB;

  /** A data set of any size wants more; below that it is a matter of hours. */
  private static final long DATA_ROOM = 10 * GIB;

  /** Native libraries are unpacked there, once by each process that is killed. */
  private static final long TEMP_ROOM = GIB;

  private MachineChecks() {}

  /**
   * Looks at this machine; changes nothing.
   *
   * @param dataDirectory where files of ours go; need not exist
   */
  public static List<Finding> look(Path dataDirectory) {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    int processors = Runtime.getRuntime().availableProcessors();
    return List.of(
        Finding.ok(Area.MACHINE, "java", Runtime.version() + ", " + processors + " processors"),
        memory(processors, system.getTotalMemorySize(), Runtime.getRuntime().maxMemory()),
        system instanceof UnixOperatingSystemMXBean unix
            ? openFiles(unix.getMaxFileDescriptorCount())
            : Finding.notTold(Area.MACHINE, "open-files", "this system does not tell", ""),
        disk("disk-data", dataDirectory, DATA_ROOM, "another --data-dir or --state-dir"),
        disk(
            "disk-temp",
            Path.of(System.getProperty("java.io.tmpdir")),
            TEMP_ROOM,
            "JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=DIR"));
  }

  static Finding memory(int processors, long memoryBytes, long heapBytes) {
    long right = MEMORY_AT_REST + processors * MEMORY_PER_PROCESSOR;
    return enough(
        "memory",
        memoryBytes >= right,
        gib(memoryBytes) + ", heap up to " + gib(heapBytes),
        gib(right) + " for as many workers as processors",
        "more memory, or fewer --threads and --workers");
  }

  static Finding openFiles(long most) {
    return enough(
        "open-files",
        most >= OPEN_FILES,
        "up to " + most,
        OPEN_FILES + " or more",
        "ulimit -n " + OPEN_FILES + ", or LimitNOFILE= of the service");
  }

  private static Finding disk(String check, Path directory, long room, String option) {
    Path there = directory.toAbsolutePath().normalize();
    while (!Files.isDirectory(there) && there.getParent() != null) {
      there = there.getParent();
    }
    return disk(
        check, there, Files.isWritable(there), there.toFile().getUsableSpace(), room, option);
  }

  static Finding disk(
      String check, Path there, boolean isWritable, long usable, long room, String option) {
    String found = gib(usable) + " free in " + there;
    if (!isWritable) {
      return Finding.wrong(
          Area.MACHINE, check, there + " cannot be written", "a place of ours", option);
    } else if (usable < DISK_NEEDED) {
      String right = gib(DISK_NEEDED) + ", or nothing moves";
      return Finding.wrong(Area.MACHINE, check, found, right, "room, or " + option);
    }
    return enough(check, usable >= room, found, gib(room) + " or more", "room, or " + option);
  }

  private static Finding enough(
      String check, boolean isEnough, String found, String right, String fix) {
    return isEnough
        ? Finding.ok(Area.MACHINE, check, found)
        : Finding.warning(Area.MACHINE, check, found, right, fix);
  }

  private static String gib(long bytes) {
    return String.format(Locale.ROOT, "%.1f GiB", (double) bytes / GIB);
  }
}
