package io.pairstream.doctor;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cleaning.image.ProbeImage;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.sandbox.WorkerSettings;
import io.pairstream.service.requirements.Finding;
import io.pairstream.service.requirements.Finding.Area;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.utils.Utils;

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
   * @param release this program's version
   * @param dataDirectory where files of ours go; need not exist
   */
  public static List<Finding> look(String release, Path dataDirectory) {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    int processors = Runtime.getRuntime().availableProcessors();
    return List.of(
        Finding.ok(Area.MACHINE, "release", "pairstream " + release),
        Finding.ok(Area.MACHINE, "java", Runtime.version() + ", " + processors + " processors"),
        memory(processors, system.getTotalMemorySize(), Runtime.getRuntime().maxMemory()),
        system instanceof UnixOperatingSystemMXBean unix
            ? openFiles(unix.getMaxFileDescriptorCount())
            : Finding.unknown(Area.MACHINE, "open-files", "this system does not tell", ""),
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

  /** Starts an image worker and has it prepare drawn pictures as a recipe asks. */
  public static final class WorkerCheck {

    /** Enough for each of the formats that pictures are drawn in. */
    private static final int PICTURES = 12;

    private WorkerCheck() {}

    public static List<Finding> run(WorkerSettings settings, ImagePlan plan) {
      try (ImageWorkerPool workers = new ImageWorkerPool(settings)) {
        long begin = System.nanoTime();
        workers.rehearse();
        long startedMillis = millisSince(begin);
        begin = System.nanoTime();
        for (long index = 0; index < PICTURES; index++) {
          String failure = failure(workers, index, plan);
          if (!failure.isEmpty()) {
            return List.of(
                Finding.wrong(
                    Area.WORKER,
                    "worker",
                    "a drawn picture is not prepared: " + failure,
                    "all of them, within " + settings.deadline().toMillis() + " ms each",
                    "a longer --decode-deadline on a machine this slow; otherwise this build does"
                        + " not fit this system"));
          }
        }
        return List.of(
            Finding.ok(
                Area.WORKER,
                "worker",
                "at work after %d ms, %d drawn pictures in %d ms (%d ms each are allowed)"
                    .formatted(
                        startedMillis,
                        PICTURES,
                        millisSince(begin),
                        settings.deadline().toMillis())),
            codecs(workers.codecs()),
            protection(workers.sandbox(), workers.missing()));
      } catch (ImageWorkerUnavailableException e) {
        return List.of(
            Finding.wrong(
                Area.WORKER,
                "worker",
                String.valueOf(e.getMessage()),
                "a worker that starts",
                "64-bit Linux or macOS, libraries that may be unpacked into %s, and the models that the recipe names"
                    .formatted(settings.nativesCache())));
      }
    }

    static Finding protection(String inForce, String missing) {
      return missing.isEmpty()
          ? Finding.ok(Area.WORKER, "protection", inForce)
          : Finding.warning(
              Area.WORKER,
              "protection",
              inForce,
              "all of it, which --require-sandbox asks for",
              "apt install bubblewrap, on Linux on x86-64 or aarch64, where namespaces are"
                  + " allowed");
    }

    static Finding codecs(String inWords) {
      return inWords.startsWith("JPEG by OpenCV")
          ? Finding.warning(
              Area.WORKER,
              "natives",
              inWords,
              "libturbojpeg 2.1.5 or newer",
              "apt-get install libturbojpeg0 (Ubuntu 24.04 calls it libturbojpeg)")
          : Finding.ok(Area.WORKER, "natives", inWords);
    }

    private static String failure(ImageWorkerPool workers, long index, ImagePlan plan) {
      ByteBuffer drawn = DrawnPairs.plain(1).at(index).pair().getImage();
      return new ProbeImage()
          .apply(new EncodedImage(Utils.toArray(drawn)))
          .then(probed -> workers.prepare(ImageToPrepare.whole(probed), plan))
          .fold(prepared -> "", Rejection::detail);
    }

    private static long millisSince(long nanos) {
      return (System.nanoTime() - nanos) / 1_000_000;
    }
  }
}
