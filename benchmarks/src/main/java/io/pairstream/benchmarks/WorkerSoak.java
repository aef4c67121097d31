package io.pairstream.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageToPrepare;
import io.pairstream.cleaning.image.ProbeImage;
import io.pairstream.image.ImageWorkerPool;
import io.pairstream.image.WorkerSettings;
import io.pairstream.platform.AppLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Has one worker prepare the images of a folder over and over, and prints its resident memory.
 *
 * <p>Ends with status 1 where the worker was lost, has grown by more than a tenth since a tenth of
 * the images, or has ever taken more than 600 MB. Linux only.
 */
@Command(name = "worker-soak", mixinStandardHelpOptions = true)
public final class WorkerSoak implements Callable<Integer> {

  private static final int REPORTS = 20;
  private static final double MOST_MB = 600;
  private static final double MOST_GROWTH = 1.1;

  @Parameters(paramLabel = "FOLDER", description = "Images, at any depth.")
  private Path folder;

  @Option(
      names = "--images",
      defaultValue = "200000",
      description = "How many to prepare. Default: ${DEFAULT-VALUE}")
  private int images;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new WorkerSoak()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    List<ImageToPrepare> corpus = corpus();
    if (corpus.isEmpty()) {
      System.err.println("no image in " + folder + " passes the gate");
      return 3;
    }
    int step = Math.max(1, images / REPORTS);
    List<Double> megabytes = new ArrayList<>();
    int rejected = 0;
    boolean lost = false;
    WorkerSettings settings = WorkerSettings.of(AppLayout.ofThisProgram().workerClassPath(), 1);
    try (ImageWorkerPool pool = new ImageWorkerPool(settings)) {
      pool.prepare(corpus.get(0), ImagePlan.PRESETS);
      List<Long> worker = pool.pids();
      say(pool.codecs());
      for (int i = 1; i <= images; i++) {
        ImageToPrepare image = corpus.get(i % corpus.size());
        rejected += pool.prepare(image, ImagePlan.PRESETS).rejectedOnly().size();
        if (i % step == 0) {
          megabytes.add(residentMb(pool.pids().get(0)));
          say(String.format(Locale.ROOT, "%,9d images %6.1f MB", i, last(megabytes)));
        }
      }
      lost = !pool.pids().equals(worker);
    }
    return report(megabytes, rejected, lost);
  }

  private int report(List<Double> megabytes, int rejected, boolean lost) {
    double early = megabytes.get(Math.min(1, megabytes.size() - 1));
    double most = megabytes.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    boolean flat = last(megabytes) <= MOST_GROWTH * early;
    ObjectNode result = new JsonMapper().createObjectNode();
    result.put("images", images).put("rejected", rejected).put("worker_lost", lost);
    result.put("most_mb", most).put("early_mb", early).put("last_mb", last(megabytes));
    result.put("flat", flat);
    ArrayNode all = result.putArray("resident_mb");
    megabytes.forEach(all::add);
    say(
        String.format(
            Locale.ROOT,
            "%,d images, %,d rejected; %.1f MB at most, from %.1f to %.1f: %s",
            images,
            rejected,
            most,
            early,
            last(megabytes),
            lost ? "the worker was lost" : flat ? "flat" : "growing"));
    if (json) {
      System.out.println(result);
    }
    return flat && !lost && most <= MOST_MB ? 0 : 1;
  }

  private void say(String line) {
    (json ? System.err : System.out).println(line);
  }

  private List<ImageToPrepare> corpus() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    List<ImageToPrepare> corpus = new ArrayList<>();
    ProbeImage gate = new ProbeImage();
    for (Path file : files) {
      gate.apply(new EncodedImage(Files.readAllBytes(file)))
          .keptOnly()
          .forEach(image -> corpus.add(ImageToPrepare.whole(image)));
    }
    return corpus;
  }

  private static double last(List<Double> values) {
    return values.get(values.size() - 1);
  }

  private static double residentMb(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
            .findFirst()
            .orElseThrow()
        / 1024.0;
  }
}
