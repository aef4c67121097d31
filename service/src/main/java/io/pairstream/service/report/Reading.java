package io.pairstream.service.report;

import com.sun.management.OperatingSystemMXBean;
import io.pairstream.schemas.Metric;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The numbers and facts of a process at one moment, being gathered from the parts of a service,
 * each of which returns at once. Not thread-safe.
 */
public final class Reading {

  private final List<Metric> metrics = new ArrayList<>();
  private final SortedMap<String, String> facts = new TreeMap<>();

  /**
   * A total since the process started.
   *
   * @param name ends with {@code _total}
   * @param labels names and values by turns
   */
  public Reading counter(String name, long value, String... labels) {
    return add("COUNTER", "", name, (double) value, labels);
  }

  /**
   * A time since the process started.
   *
   * @param name ends with {@code _seconds_total}
   */
  public Reading time(String name, Duration time, String... labels) {
    return add("COUNTER", "", name, time.toNanos() / 1e9, labels);
  }

  /**
   * A part of a distribution.
   *
   * @param part {@code bucket}, with its upper end as the label {@code le}, {@code sum} or {@code
   *     count}
   */
  public Reading histogram(String name, String part, double value, String... labels) {
    return add("HISTOGRAM", part, name, value, labels);
  }

  /**
   * A present value.
   *
   * @param name ends with its unit, if it has one
   * @param value NaN where it is unknown, which leaves it out
   * @param labels names and values by turns
   */
  public Reading gauge(String name, double value, String... labels) {
    return Double.isNaN(value) ? this : add("GAUGE", "", name, value, labels);
  }

  /** A present value that is a whole number. */
  public Reading gauge(String name, long value, String... labels) {
    return gauge(name, (double) value, labels);
  }

  private Reading add(String type, String part, String name, double value, String... labels) {
    Series series = Series.of(name, labels);
    metrics.add(new Metric(series.name(), type, part, series.labels(), value));
    return this;
  }

  /** Something that does not change while the process runs. Never a secret. */
  public Reading fact(String name, String value) {
    facts.put(name, value);
    return this;
  }

  /** All numbers. */
  public List<Metric> metrics() {
    return metrics;
  }

  /** All facts, by name. */
  public Map<String, String> facts() {
    return facts;
  }

  /** Memory and processor time of this process. */
  static void ofThisProcess(Reading reading) {
    reading.gauge(
        "jvm_heap_used_bytes",
        (double) ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    long nanos =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    reading.time("process_cpu_seconds_total", Duration.ofNanos(Math.max(0, nanos)));
  }

  /**
   * Room on the disk where a process keeps its state.
   *
   * @param directory one that is there
   */
  public static Consumer<Reading> ofDisk(Path directory) {
    return reading -> {
      long size = directory.toFile().getTotalSpace();
      if (size > 0) { // 0 where it is unknown
        reading.gauge("disk_bytes", (double) size);
        reading.gauge("disk_free_bytes", (double) directory.toFile().getUsableSpace());
      }
    };
  }

  /**
   * Reads HTTP statistics.
   *
   * @param requests number of answered requests, by class of the status code
   */
  public static Consumer<Reading> ofHttp(Supplier<Map<String, Integer>> requests) {
    return reading ->
        requests
            .get()
            .forEach(
                (status, count) -> reading.counter("http_requests_total", count, "status", status));
  }
}
