package io.pairstream.benchmarks.fetch;

import io.pairstream.benchmarks.Contender;
import io.pairstream.benchmarks.Pass;
import io.pairstream.benchmarks.Spread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Asks each contender in each round to fetch the same images, and reports images per second, of
 * processor time (user and system, from outside) and on the clock.
 *
 * <p>{@code FetchCompare WORK_FOLDER HOSTS IMAGES_PER_HOST CONNECTIONS ROUNDS NAME=COMMAND...}; in
 * a command, {@code LIST} stands for the file of addresses. Rounds before those that count warm up.
 */
public final class FetchCompare {

  /** A Java machine compiles for some 25,000 images until it is as fast as it will be. */
  private static final int WARM_UPS = 5;

  private FetchCompare() {}

  public static void main(String[] args) throws IOException, Contender.AbsentException {
    Path work = Path.of(args[0]);
    int hosts = Integer.parseInt(args[1]);
    int perHost = Integer.parseInt(args[2]);
    int connections = Integer.parseInt(args[3]);
    int rounds = Integer.parseInt(args[4]);
    Path complaints = work.resolve("fetch.stderr");
    List<String> site =
        List.of(
            "java",
            "-Xmx2g",
            "-cp",
            System.getProperty("java.class.path"),
            ImageHosts.class.getName());
    List<Contender> contenders = new ArrayList<>();
    Map<Contender, List<Pass>> passes = new HashMap<>();
    try (Contender images = Contender.start("hosts", site, complaints)) {
      Path list = work.resolve("fetch-list.txt");
      Files.write(list, urls(HostedImage.drawn(hosts, perHost, 42), images.version()));
      for (String named : Arrays.asList(args).subList(5, args.length)) {
        String[] parts = named.split("=", 2);
        List<String> command = List.of(parts[1].replace("LIST", list.toString()).split(" ", -1));
        contenders.add(Contender.start(parts[0], command, complaints));
      }
      for (int round = 1 - WARM_UPS; round <= rounds; round++) {
        for (int i = 0; i < contenders.size(); i++) {
          Contender each = contenders.get((round + WARM_UPS + i) % contenders.size());
          Pass pass = each.pass("images", connections, 0);
          System.out.printf(
              "%s %s: %s%n", round < 1 ? "warm-up" : "round " + round, each.name(), pass);
          if (round > 0) {
            passes.computeIfAbsent(each, name -> new ArrayList<>()).add(pass);
          }
        }
      }
      for (Contender each : contenders) {
        System.out.printf(
            "%-20s %8.0f images per second of processor, %6.0f per second, at most %d MiB%n",
            each.name(),
            median(passes.get(each), Pass::perCpuSecond),
            median(passes.get(each), Pass::perWallSecond),
            each.mostResidentBytes() >> 20);
      }
    } finally {
      contenders.forEach(Contender::close);
    }
  }

  private static List<String> urls(List<HostedImage> images, String port) {
    List<String> urls = new ArrayList<>();
    for (HostedImage image : images) {
      urls.add(image.url(Integer.parseInt(port), urls.size()));
    }
    return urls;
  }

  private static double median(List<Pass> passes, ToDoubleFunction<Pass> figure) {
    return Spread.of(passes.stream().map(figure::applyAsDouble).toList()).median();
  }
}
