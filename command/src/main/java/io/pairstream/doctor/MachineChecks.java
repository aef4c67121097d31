package io.pairstream.doctor;

import io.pairstream.doctor.MachineFacts.Disk;
import io.pairstream.service.requirements.Finding;
import io.pairstream.service.requirements.Finding.Area;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Judges what a machine has. */
final class MachineChecks {

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

  static List<Finding> judge(MachineFacts facts) {
    List<Finding> findings = new ArrayList<>();
    findings.add(
        Finding.ok(Area.MACHINE, "java", facts.java() + ", " + facts.processors() + " processors"));
    findings.add(memory(facts));
    findings.add(openFiles(facts));
    facts.disks().forEach(disk -> findings.add(disk(disk)));
    return findings;
  }

  private static Finding memory(MachineFacts facts) {
    long right = MEMORY_AT_REST + facts.processors() * MEMORY_PER_PROCESSOR;
    String found = gib(facts.memoryBytes()) + ", heap up to " + gib(facts.heapBytes());
    return facts.memoryBytes() >= right
        ? Finding.ok(Area.MACHINE, "memory", found)
        : Finding.warning(
            Area.MACHINE,
            "memory",
            found,
            gib(right) + " for as many workers as processors",
            "more memory, or fewer --threads and --workers");
  }

  private static Finding openFiles(MachineFacts facts) {
    if (facts.openFiles().isEmpty()) {
      return Finding.notTold(Area.MACHINE, "open-files", "this system does not tell", "");
    }
    long most = facts.openFiles().getAsLong();
    return most >= OPEN_FILES
        ? Finding.ok(Area.MACHINE, "open-files", "up to " + most)
        : Finding.warning(
            Area.MACHINE,
            "open-files",
            "up to " + most,
            OPEN_FILES + " or more",
            "ulimit -n " + OPEN_FILES + ", or LimitNOFILE= of the service");
  }

  private static Finding disk(Disk disk) {
    String check = "disk-" + disk.what();
    boolean isData = disk.what().equals("data");
    String option =
        isData ? "another --data-dir or --state-dir" : "JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=DIR";
    String found = gib(disk.usableBytes()) + " free in " + disk.directory();
    if (!disk.writable()) {
      return Finding.wrong(
          Area.MACHINE, check, disk.directory() + " cannot be written", "a place of ours", option);
    } else if (disk.usableBytes() < DISK_NEEDED) {
      return Finding.wrong(
          Area.MACHINE,
          check,
          found,
          gib(DISK_NEEDED) + ", or nothing moves",
          "room, or " + option);
    }
    long room = isData ? DATA_ROOM : TEMP_ROOM;
    return disk.usableBytes() >= room
        ? Finding.ok(Area.MACHINE, check, found)
        : Finding.warning(Area.MACHINE, check, found, gib(room) + " or more", "room, or " + option);
  }

  private static String gib(long bytes) {
    return String.format(Locale.ROOT, "%.1f GiB", (double) bytes / GIB);
  }
}
