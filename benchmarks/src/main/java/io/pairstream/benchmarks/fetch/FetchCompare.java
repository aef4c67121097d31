package io.pairstream.benchmarks.fetch;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks each contender in each round to fetch the same images, and tells images per second, of
 * processor time (user and system, from outside) and on the clock.
 *
 * <p>{@code FetchCompare WORK_FOLDER HOSTS IMAGES_PER_HOST CONNECTIONS ROUNDS NAME=COMMAND...}; in
 * a command, {@code LIST} stands for the file of addresses. Rounds before those that count warm up.
 */
public final class FetchCompare {

  /** A Java machine compiles for some 25,000 images until it is as fast as it will be. */
  private static final int WARM_UPS = 5;

  private FetchCompare() {}

  /** What a contender did in one round. */
  private record Pass(long images, long failures, double cpuSeconds, double seconds, long rssKib) {}

  public static void main(String[] args) throws IOException {
    Path work = Path.of(args[0]);
    int hosts = Integer.parseInt(args[1]);
    int perHost = Integer.parseInt(args[2]);
    int connections = Integer.parseInt(args[3]);
    int rounds = Integer.parseInt(args[4]);
    Map<String, List<Pass>> passes = new LinkedHashMap<>();
    List<Contender> contenders = new ArrayList<>();
    try (Contender site =
        new Contender(
            "hosts",
            List.of(
                "java",
                "-Xmx2g",
                "-cp",
                System.getProperty("java.class.path"),
                ImageHosts.class.getName()))) {
      int port = Integer.parseInt(site.readLine());
      Path list = work.resolve("fetch-list.txt");
      List<HostedImage> images = HostedImage.drawn(hosts, perHost, 42);
      List<String> urls = new ArrayList<>();
      for (int i = 0; i < images.size(); i++) {
        urls.add(images.get(i).url(port, i));
      }
      Files.write(list, urls);
      System.out.printf(
          "%d links on %d hosts, %d at once; %d images are to be had%n",
          urls.size(), hosts, connections, images.stream().filter(HostedImage::isToBeHad).count());
      for (String contender : Arrays.asList(args).subList(5, args.length)) {
        String[] named = contender.split("=", 2);
        contenders.add(
            new Contender(
                named[0], List.of(named[1].replace("LIST", list.toString()).split(" ", -1))));
      }
      for (Contender each : contenders) {
        if (!"ready".equals(each.readLine())) {
          throw new IOException(each.name + " does not start");
        }
        passes.put(each.name, new ArrayList<>());
      }
      for (int round = 1 - WARM_UPS; round <= rounds; round++) {
        for (int i = 0; i < contenders.size(); i++) {
          Contender each = contenders.get((round + WARM_UPS + i) % contenders.size());
          Pass pass = each.pass(connections);
          System.out.printf(
              "%s %s: %d images, %d failures, %.2f s of processor, %.1f s, %d MiB%n",
              round < 1 ? "warm-up" : "round " + round,
              each.name,
              pass.images(),
              pass.failures(),
              pass.cpuSeconds(),
              pass.seconds(),
              pass.rssKib() / 1024);
          if (round > 0) {
            passes.get(each.name).add(pass);
          }
        }
      }
    } finally {
      contenders.forEach(Contender::close);
    }
    passes.forEach(FetchCompare::tell);
  }

  private static void tell(String name, List<Pass> passes) {
    System.out.printf(
        "%-20s %8.0f images per second of processor, %6.0f per second, at most %d MiB%n",
        name,
        median(passes.stream().map(pass -> pass.images() / pass.cpuSeconds()).toList()),
        median(passes.stream().map(pass -> pass.images() / pass.seconds()).toList()),
        passes.stream().mapToLong(Pass::rssKib).max().orElse(0) / 1024);
  }

  private static double median(List<Double> figures) {
    List<Double> sorted = figures.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  /** A process that is driven line by line. */
  private static final class Contender implements AutoCloseable {

    private final String name;
    private final Process process;
    private final BufferedReader answers;
    private final Writer commands;

    Contender(String name, List<String> command) throws IOException {
      this.name = name;
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      answers =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      commands =
          new BufferedWriter(
              new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    }

    String readLine() throws IOException {
      return answers.readLine();
    }

    Pass pass(int connections) throws IOException {
      Duration before = cpu();
      long start = System.nanoTime();
      commands.write("pass " + connections + "\n");
      commands.flush();
      String answer = answers.readLine();
      double seconds = (System.nanoTime() - start) / 1e9;
      if (answer == null || !answer.startsWith("done ")) {
        throw new IOException(name + " answers " + answer);
      }
      String[] done = answer.split(" ", -1);
      return new Pass(
          Long.parseLong(done[1]),
          Long.parseLong(done[2]),
          cpu().minus(before).toNanos() / 1e9,
          seconds,
          rssKib());
    }

    private Duration cpu() {
      return process.toHandle().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Most memory that the process had so far. */
    private long rssKib() throws IOException {
      return Files.readAllLines(Path.of("/proc", String.valueOf(process.pid()), "status")).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(0);
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
