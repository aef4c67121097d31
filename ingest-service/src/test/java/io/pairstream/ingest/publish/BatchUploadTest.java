package io.pairstream.ingest.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Quota;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class BatchUploadTest {

  @TempDir Path folder;

  @Test
  void countsWhatAnImageCostsBeyondItsBytes() throws Exception {
    byte[] photograph = Pictures.jpeg(640, 480, 1);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(2000, 2000, BufferedImage.TYPE_INT_RGB), "png", file);
    byte[] plain = file.toByteArray();
    String lines =
        Json.MAPPER.createObjectNode().put("caption", "a photograph").put("image", photograph)
            + "\n"
            + Json.MAPPER.createObjectNode().put("caption", "nothing").put("image", plain);
    List<String> charged = new ArrayList<>();
    Quota counting =
        new Quota() {
          @Override
          public void admit(Incoming request, long declaredBytes) {}

          @Override
          public Duration charge(Principal principal, long records, long bytes) {
            charged.add(records + " records, " + bytes + " bytes");
            return Duration.ZERO;
          }
        };
    BatchUpload.Limits limits = new BatchUpload.Limits();
    ExecutorService threads = Executors.newCachedThreadPool();
    try (BatchUpload.ResultSpool spool = BatchUpload.ResultSpool.open(folder)) {
      new BatchUpload(
              (submission, producer) ->
                  CompletableFuture.completedFuture(new Published("id", "", "pairs", 0, 0)),
              limits,
              counting,
              new SenderLanes(id -> Optional.empty(), System::nanoTime),
              threads,
              Principal.ANONYMOUS,
              spool)
          .run(
              new JsonLinesBody(
                  new ByteArrayInputStream(lines.getBytes(UTF_8)),
                  Quota.UNLIMITED,
                  Principal.ANONYMOUS,
                  limits.longLines()),
              (status, mediaType, headers) -> OutputStream.nullOutputStream());
    } finally {
      threads.shutdown();
    }

    long decoded = 3L * 2000 * 2000;
    assertThat(charged)
        .containsExactly(
            "1 records, 0 bytes",
            "1 records, 0 bytes",
            "0 records, " + (decoded / 16 - plain.length) + " bytes");
  }
}
