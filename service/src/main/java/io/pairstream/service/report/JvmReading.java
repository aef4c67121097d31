package io.pairstream.service.report;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryUsage;

/** Memory and processor time of this process. */
final class JvmReading implements ReadingSource {

  private final MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
  private final OperatingSystemMXBean system =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  @Override
  public void read(Reading reading) {
    MemoryUsage heap = memory.getHeapMemoryUsage();
    reading.gauge("jvm_heap_used_bytes", heap.getUsed());
    reading.gauge("jvm_heap_max_bytes", heap.getMax() < 0 ? Double.NaN : (double) heap.getMax());
    reading.gauge("jvm_threads", ManagementFactory.getThreadMXBean().getThreadCount());
    reading.gauge("jvm_processors", Runtime.getRuntime().availableProcessors());
    reading.counter("process_cpu_nanoseconds_total", Math.max(0, system.getProcessCpuTime()));
    long collecting = 0;
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      collecting += Math.max(0, collector.getCollectionTime());
    }
    reading.counter("jvm_gc_nanoseconds_total", collecting * 1_000_000);
  }
}
