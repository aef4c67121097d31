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
        Disk.of(true, dataDirectory).judge(),
        Disk.of(false, Path.of(System.getProperty("java.io.tmpdir"))).judge());
  }

  static Finding memory(int processors, long memoryBytes, long heapBytes) {
    long right = MEMORY_AT_REST + processors * MEMORY_PER_PROCESSOR;
    String found = gib(memoryBytes) + ", heap up to " + gib(heapBytes);
    return memoryBytes >= right
        ? Finding.ok(Area.MACHINE, "memory", found)
        : Finding.warning(
            Area.MACHINE,
            "memory",
            found,
            gib(right) + " for as many workers as processors",
            "more memory, or fewer --threads and --workers");
  }

  static Finding openFiles(long most) {
    return most >= OPEN_FILES
        ? Finding.ok(Area.MACHINE, "open-files", "up to " + most)
        : Finding.warning(
            Area.MACHINE,
            "open-files",
            "up to " + most,
            OPEN_FILES + " or more",
            "ulimit -n " + OPEN_FILES + ", or LimitNOFILE= of the service");
  }

  /**
   * A place for files.
   *
   * @param isData whether data goes there, or temporary files
   * @param directory the nearest one that exists
   */
  record Disk(boolean isData, Path directory, boolean writable, long usableBytes) {

    static Disk of(boolean isData, Path directory) {
      Path there = directory.toAbsolutePath().normalize();
      while (!Files.isDirectory(there) && there.getParent() != null) {
        there = there.getParent();
      }
      return new Disk(isData, there, Files.isWritable(there), there.toFile().getUsableSpace());
    }

    Finding judge() {
      String check = isData ? "disk-data" : "disk-temp";
      String option =
          isData ? "another --data-dir or --state-dir" : "JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=DIR";
      String found = gib(usableBytes) + " free in " + directory;
      long room = isData ? DATA_ROOM : TEMP_ROOM;
      if (!writable) {
        return Finding.wrong(
            Area.MACHINE, check, directory + " cannot be written", "a place of ours", option);
      } else if (usableBytes < DISK_NEEDED) {
        String right = gib(DISK_NEEDED) + ", or nothing moves";
        return Finding.wrong(Area.MACHINE, check, found, right, "room, or " + option);
      }
      return usableBytes >= room
          ? Finding.ok(Area.MACHINE, check, found)
          : Finding.warning(
              Area.MACHINE, check, found, gib(room) + " or more", "room, or " + option);
    }
  }

  private static String gib(long bytes) {
    return String.format(Locale.ROOT, "%.1f GiB", (double) bytes / GIB);
  }
}
