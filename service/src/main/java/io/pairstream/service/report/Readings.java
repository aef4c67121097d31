package io.pairstream.service.report;

import com.sun.management.OperatingSystemMXBean;
import io.pairstream.service.http.HttpTraffic;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Path;

/** What every process has to count, and most services. */
public final class Readings {

  private Readings() {}

  /** Memory and processor time of this process. */
  static void ofThisProcess(Reading reading) {
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    reading.gauge("jvm_heap_used_bytes", heap.getUsed());
    reading.gauge("jvm_heap_max_bytes", heap.getMax() < 0 ? Double.NaN : (double) heap.getMax());
    reading.gauge("jvm_threads", ManagementFactory.getThreadMXBean().getThreadCount());
    reading.gauge("jvm_processors", Runtime.getRuntime().availableProcessors());
    long nanos =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    reading.counter("process_cpu_nanoseconds_total", Math.max(0, nanos));
    long collecting =
        ManagementFactory.getGarbageCollectorMXBeans().stream()
            .mapToLong(GarbageCollectorMXBean::getCollectionTime)
            .map(millis -> Math.max(0, millis))
            .sum();
    reading.counter("jvm_gc_nanoseconds_total", collecting * 1_000_000);
  }

  /**
   * Room on the disk where a process keeps its state.
   *
   * @param directory one that is there
   */
  public static ReadingSource ofDisk(Path directory) {
    return reading -> {
      long size = directory.toFile().getTotalSpace();
      if (size > 0) { // 0 where nobody can tell
        reading.gauge("disk_bytes", size);
        reading.gauge("disk_free_bytes", directory.toFile().getUsableSpace());
      }
    };
  }

  /** What is asked and answered by HTTP. */
  public static ReadingSource ofHttp(HttpTraffic traffic) {
    return reading -> {
      traffic
          .byStatus()
          .forEach(
              (status, count) ->
                  reading.counter("http_requests_total", count, "status", String.valueOf(status)));
      reading.counter("http_received_bytes_total", traffic.receivedBytes());
      reading.counter("http_sent_bytes_total", traffic.sentBytes());
      reading.gauge("http_requests_in_flight", traffic.inFlight());
    };
  }
}
