package io.pairstream.benchmarks.fetch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * An image on a host that behaves as its address says.
 *
 * @param host which of the hosts, from 0
 * @param waitMillis how long the host thinks before it answers
 * @param status what it answers
 * @param bytes how large the image is
 * @param redirected whether it first sends the asker on to the image's address
 */
record HostedImage(int host, int waitMillis, int status, int bytes, boolean redirected) {

  /** Longer than anybody waits. */
  static final int NEVER = 60_000;

  /**
   * Images as lists of links have them: most hosts answer within a few hundred milliseconds, some
   * take seconds, 2 in 100 links never answer, 12 in 100 are dead.
   */
  static List<HostedImage> drawn(int hosts, int perHost, long seed) {
    Random random = new Random(seed);
    List<HostedImage> images = new ArrayList<>();
    for (int host = 0; host < hosts; host++) {
      for (int i = 0; i < perHost; i++) {
        images.add(
            new HostedImage(
                host, wait(random), status(random), bytes(random), random.nextInt(100) < 5));
      }
    }
    Collections.shuffle(images, random);
    return images;
  }

  private static int wait(Random random) {
    int kind = random.nextInt(100);
    if (kind < 60) {
      return 20 + random.nextInt(80);
    }
    if (kind < 85) {
      return 100 + random.nextInt(400);
    }
    if (kind < 95) {
      return 500 + random.nextInt(1500);
    }
    return kind < 98 ? 2000 + random.nextInt(3000) : NEVER;
  }

  private static int status(Random random) {
    int kind = random.nextInt(100);
    if (kind < 9) {
      return 404;
    }
    return kind < 12 ? 403 : 200;
  }

  /** 8 kB to 800 kB, half of them under 60 kB. */
  private static int bytes(Random random) {
    double bytes = 60_000 * Math.exp(0.9 * random.nextGaussian());
    return (int) Math.max(8_000, Math.min(800_000, bytes));
  }

  String url(int port, int number) {
    return "http://127.1.%d.%d:%d/w%d/s%d/b%d/r%d/%d.png"
        .formatted(
            host / 250,
            1 + host % 250,
            port,
            waitMillis,
            status,
            bytes,
            redirected ? 1 : 0,
            number);
  }
}
