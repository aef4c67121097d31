package io.pairstream.tools.size;

import java.util.List;
import java.util.Locale;

/**
 * Machines, memory and disks for a {@link Workload}, by the constants that {@code
 * docs/performance.md} has with their commands: processor times of photographs of {@link
 * #MEASURED_PICTURE} bytes, bytes of 256 x 256 JPEGs of quality 95.
 *
 * @param rows what is needed, service by service
 * @param coreHoursPerMillion core-hours that a million pairs take, all services together
 * @param movedPerMillion bytes that a million pairs move between machines
 * @param storedBytes bytes on brokers' disks in the end, all copies
 */
public record ClusterSize(
    List<Row> rows, double coreHoursPerMillion, double movedPerMillion, double storedBytes) {

  /** Mean bytes of the pictures with which processor times were measured. */
  public static final double MEASURED_PICTURE = 162_280;

  /** Share of its cores that a service is meant to use, so that it can catch up after a stop. */
  public static final double BUSY = 0.7;

  static final double PREPROCESS_MS = 1.70;
  static final double WORKER_MS = 2.88;
  static final double BROKER_MS = 0.71;
  // 0.3 core-hours a million pairs with 3 copies, less what one copy takes: an estimate.
  private static final double FURTHER_COPY_MS = 0.18;
  static final double DASHBOARD_MS = 0.32;
  static final double INGEST_MS = 0.06;

  private static final double SPLIT_BYTES = 32_150;
  // Receipt 273, its changelog 208, index 298, fingerprint and its changelog 101 and 49; offsets
  // and transactions 50; of 0.4 % of the pairs a quarantine record of 259.
  private static final double RECORD_BYTES = 980;
  private static final double STORE_BYTES = 203 + 51;
  private static final double CATALOGUE_BYTES = 1_200;
  private static final double PICTURE_IN_MEMORY_BYTES = 43;
  private static final double THREAD_BYTES = 768L << 20;
  private static final double HEAP_OF_A_THREAD_BYTES = 350e6;
  private static final double LEAST_HEAP_BYTES = 1e9;
  private static final int SECONDS_OF_A_DAY = 86_400;
  private static final int PARTITIONS_STEP = 12;

  /** Unit of an amount. */
  public enum Unit {
    CORES,
    COUNT,
    BYTES,
    BYTES_PER_SECOND
  }

  /** One thing that is needed: an amount, and how it comes about. */
  public record Row(String service, String quantity, double amount, Unit unit, String why) {}

  public ClusterSize {
    rows = List.copyOf(rows);
  }

  /** The size for a workload. */
  public static ClusterSize of(Workload load) {
    double scale = load.pictureBytes() / MEASURED_PICTURE;
    double preprocess = PREPROCESS_MS + WORKER_MS * scale;
    double broker = (BROKER_MS + FURTHER_COPY_MS * (load.copies() - 1)) * scale;
    double preprocessCores = cores(load, preprocess);
    int instances = machines(load, preprocessCores);
    int threads = (int) Math.ceil(preprocessCores / instances);
    double brokerCores = cores(load, broker);
    int brokers = Math.max(load.copies(), machines(load, brokerCores));
    double pairsInRawDays =
        Math.min((double) load.pairs(), load.pairsPerSecond() * SECONDS_OF_A_DAY * load.rawDays());
    double raw = pairsInRawDays * load.pictureBytes() * load.copies();
    double kept = load.pairs() * (SPLIT_BYTES + RECORD_BYTES) * load.copies();
    double moved =
        load.pictureBytes() * (load.copies() + 1.0) + (SPLIT_BYTES + RECORD_BYTES) * load.copies();
    String copies = load.copies() == 1 ? "1 copy" : load.copies() + " copies";
    List<Row> rows =
        List.of(
            row("preprocess", "cores", preprocessCores, Unit.CORES, perPair(preprocess)),
            row("preprocess", "instances", instances, Unit.COUNT, "of " + load.cores() + " cores"),
            row("preprocess", "threads each", threads, Unit.COUNT, "a stream thread a core"),
            row(
                "preprocess",
                "heap each",
                heap(threads),
                Unit.BYTES,
                "350 MB a thread, 1 GB least"),
            row(
                "preprocess",
                "memory each",
                Math.max(threads * THREAD_BYTES, heap(threads) * 1.5)
                    + load.pairs() * PICTURE_IN_MEMORY_BYTES / instances,
                Unit.BYTES,
                "768 MiB a thread with its worker, 43 bytes a picture"),
            row(
                "preprocess",
                "disk, all",
                load.pairs() * STORE_BYTES,
                Unit.BYTES,
                "254 bytes a pair"),
            row(
                "topics",
                "partitions",
                partitions(instances * threads),
                Unit.COUNT,
                "of each topic, for good: twice the threads"),
            row("brokers", "cores", brokerCores, Unit.CORES, perPair(broker)),
            row("brokers", "machines", brokers, Unit.COUNT, "at least one a copy"),
            row("brokers", "disk, raw pairs", raw, Unit.BYTES, copies + ", " + days(load)),
            row("brokers", "disk, outputs", kept, Unit.BYTES, copies + ", 33 kB a pair"),
            row(
                "brokers",
                "network",
                moved * load.pairsPerSecond() + SPLIT_BYTES * load.samplesPerSecond(),
                Unit.BYTES_PER_SECOND,
                "pairs in, copies, one reader; samples"),
            row("operate", "cores", cores(load, DASHBOARD_MS), Unit.CORES, perPair(DASHBOARD_MS)),
            row(
                "operate",
                "disk each",
                load.pairs() * CATALOGUE_BYTES,
                Unit.BYTES,
                "1.2 kB a pair with an answer of a model; 0.1 more for each further one"),
            row("ingest", "cores", cores(load, INGEST_MS), Unit.CORES, perPair(INGEST_MS)));
    double allMs = preprocess + broker + DASHBOARD_MS + INGEST_MS;
    return new ClusterSize(rows, allMs / 3.6, moved * 1e6, raw + kept);
  }

  private static Row row(String service, String quantity, double amount, Unit unit, String why) {
    return new Row(service, quantity, amount, unit, why);
  }

  private static double cores(Workload load, double milliseconds) {
    return load.pairsPerSecond() * milliseconds / 1_000 / BUSY;
  }

  private static int machines(Workload load, double cores) {
    return (int) Math.max(1, Math.ceil(cores / load.cores()));
  }

  private static double heap(int threads) {
    return Math.max(LEAST_HEAP_BYTES, threads * HEAP_OF_A_THREAD_BYTES);
  }

  private static int partitions(int threads) {
    return (int) Math.ceil(2.0 * threads / PARTITIONS_STEP) * PARTITIONS_STEP;
  }

  private static String perPair(double milliseconds) {
    return String.format(Locale.ROOT, "%.2f ms a pair, %.0f %% busy", milliseconds, BUSY * 100);
  }

  private static String days(Workload load) {
    return load.rawDays() == 1 ? "a day" : load.rawDays() + " days";
  }
}
