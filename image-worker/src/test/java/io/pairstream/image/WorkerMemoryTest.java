package io.pairstream.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("full")
class WorkerMemoryTest {

  /** Enough for heap, compiled code and the allocator to reach their size. */
  private static final int WARM_UP = 600;

  private static final int IMAGES = 3_000;

  /** One leaked picture has 144 kB; three thousand of them would be 420 MiB. */
  private static final long MAX_GROWTH_KIB = 48 * 1024;

  @Test
  void staysFlatOverThreeThousandImages() throws IOException {
    assumeThat(Path.of("/proc/self/status")).as("no /proc on this system").exists();
    BufferedImage drawn = Pictures.drawRgb(240, 200);
    List<byte[]> files =
        List.of(
            Pictures.jpeg(drawn, false),
            Pictures.png(Pictures.drawTranslucent(240, 200), false),
            Pictures.webp(drawn, 80),
            Pictures.withTrailer(Pictures.jpeg(drawn, false), "x"));
    try (ImageWorkerPool pool =
        new ImageWorkerPool(Pictures.compilingTwice(Pictures.settings(1)))) {
      prepare(pool, files, WARM_UP);
      long before = residentKib(pool);

      prepare(pool, files, IMAGES);

      assertThat(residentKib(pool) - before).isLessThan(MAX_GROWTH_KIB);
    }
  }

  private static void prepare(ImageWorkerPool pool, List<byte[]> files, int count) {
    for (int i = 0; i < count; i++) {
      byte[] file = files.get(i % files.size());
      Pictures.kept(Pictures.prepare(pool, file, Pictures.raw(128)));
    }
  }

  private static long residentKib(ImageWorkerPool pool) throws IOException {
    Path status = Path.of("/proc/" + pool.pids().get(0) + "/status");
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
