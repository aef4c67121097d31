package io.pairstream.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.curation.history.PairAnswer;
import io.pairstream.curation.history.PairHistory;
import io.pairstream.drawing.DrawnPairs;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import io.pairstream.testing.Await;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Records of an attacker among good pairs, with keys and partitions of his own. */
@Tag("full")
@Timeout(1800)
class HostileInputTest {

  private static final Duration CATCH_UP = Duration.ofMinutes(8);
  private static final int PARTITIONS = 4;
  private static final String CAPTION = "a picture that a person sent";

  /** 43 bytes that declare 30000 x 30000 pixels. */
  private static final byte[] GIF_BOMB =
      HexFormat.of()
          .parseHex(
              "47494638396130753075800000000000ffffff21f90401000000002c00000000010001000002024401003b");

  @TempDir private Path folder;

  @Test
  void eachIsNamedAndTheGoodOnesFlowOn() throws Exception {
    try (RunningPlatform platform = RunningPlatform.start(folder)) {
      Map<String, byte[]> hostile = hostileValues(platform);
      hostile.putAll(ofForeignSchemas(platform));
      DrawnPairs good = new DrawnPairs(31, 0.0);
      int sent = 0;
      for (Map.Entry<String, byte[]> value : hostile.entrySet()) {
        platform.sendForeign(sent % PARTITIONS, "key " + value.getKey(), value.getValue());
        platform.sendForeign((sent + 1) % PARTITIONS, null, valid(platform, good, sent));
        sent++;
      }
      platform.awaitAllDecided();

      Map<String, Long> expected = new LinkedHashMap<>();
      hostile.keySet().forEach(name -> expected.merge(reasonOf(name), 1L, Long::sum));
      assertThat(platform.quarantine()).isEqualTo(expected);
      assertThat(platform.audit().details()).isEmpty();
      assertThat(platform.audit().inputs()).isEqualTo(2L * sent);
      String board = platform.address("dashboard_url") + "/v1/quarantine";
      Await.until(
          "all of them are on the dashboard",
          CATCH_UP,
          () -> Http.json(board).path("total").asInt() == hostile.size(),
          () -> Http.json(board));

      RawPair first = RunningPlatform.submitted(good, 0);
      PairAnswer answer =
          new PairHistory(platform.access())
              .find(
                  PairIdentity.pairId(
                      PairIdentity.imageDigest(first.getImage()), first.getCaption()))
              .orElseThrow();
      assertThat(answer.status()).isIn("TRAINING", "VALIDATION", "TEST");
    }
  }

  /** The values by the reason that their author must read, and a word that tells them apart. */
  private static Map<String, byte[]> hostileValues(RunningPlatform platform) throws IOException {
    byte[] jpeg = picture("jpeg");
    byte[] png = picture("png");
    Map<String, byte[]> images = new LinkedHashMap<>();
    images.put("IMAGE_TOO_MANY_PIXELS gif bomb", GIF_BOMB);
    images.put("IMAGE_TOO_MANY_PIXELS png bomb", withSize(png, 32_000));
    images.put("IMAGE_EMPTY", new byte[0]);
    images.put("IMAGE_TYPE_UNKNOWN page", "<html><img></html>".getBytes(UTF_8));
    images.put("IMAGE_DAMAGED cut", Arrays.copyOf(jpeg, jpeg.length / 2));
    images.put("IMAGE_HEADER_DAMAGED png", Arrays.copyOf(png, png.length / 2));
    images.put("IMAGE_DAMAGED closed", closed(Arrays.copyOf(jpeg, jpeg.length / 2)));
    Map<String, byte[]> values = new LinkedHashMap<>();
    images.forEach((name, image) -> values.put(name, value(platform, image, CAPTION)));
    values.put("CAPTION_TOO_LONG megabyte", value(platform, jpeg, "word ".repeat(200_000)));
    byte[] random = new byte[60_000];
    new Random(5).nextBytes(random);
    random[0] = 1;
    values.put("UNREADABLE_RECORD noise", random);
    values.put("UNREADABLE_RECORD nothing", null);
    byte[] good = value(platform, jpeg, CAPTION);
    values.put("UNREADABLE_RECORD cut", Arrays.copyOf(good, 200));
    values.put(
        "UNREADABLE_RECORD claims two gigabytes",
        ByteBuffer.allocate(10).put(good, 0, 5).put(HexFormat.of().parseHex("eaffffff0f")).array());
    byte[] unknown = good.clone();
    ByteBuffer.wrap(unknown).putInt(1, 123_456_789);
    values.put("UNKNOWN_SCHEMA", unknown);
    return values;
  }

  /** Values whose writers' schemas are in the registry, and are not of a pair. */
  private static Map<String, byte[]> ofForeignSchemas(RunningPlatform platform) throws IOException {
    String nothing = "{\"type\":\"record\",\"name\":\"L0\",\"fields\":[]}";
    StringBuilder trap = new StringBuilder(nothing);
    for (int level = 1; level <= 12; level++) {
      // Ten of the one before in each: ten to the twelfth of nothing, which takes no bytes.
      String before = trap.toString();
      trap.setLength(0);
      trap.append("{\"type\":\"record\",\"name\":\"L").append(level).append("\",\"fields\":[");
      for (int field = 0; field < 10; field++) {
        trap.append(field == 0 ? "" : ",").append("{\"name\":\"f").append(field);
        trap.append("\",\"type\":").append(field == 0 ? before : "\"L" + (level - 1) + "\"");
        trap.append('}');
      }
      trap.append("]}");
    }
    assertThat(register(platform, trap.toString()).body()).contains("more than 10000 types");
    HttpResponse<String> bytes = register(platform, "\"bytes\"");
    assertThat(bytes.statusCode()).as(bytes.body()).isEqualTo(200);
    int schemaId = Http.JSON.readTree(bytes.body()).get("id").asInt();
    return Map.of(
        "SCHEMA_MISMATCH bytes",
        ByteBuffer.allocate(9).put((byte) 0).putInt(schemaId).putInt(4).array());
  }

  /** By a client with the platform's credential. */
  private static HttpResponse<String> register(RunningPlatform platform, String schema)
      throws IOException {
    String credential = Files.readString(platform.data().resolve("registry.credential")).strip();
    return Http.post(
        "%s/subjects/another-team-%x/versions"
            .formatted(platform.cluster().registryAddresses(), schema.hashCode()),
        "application/json",
        "Basic " + Base64.getEncoder().encodeToString(credential.getBytes(UTF_8)),
        Http.JSON.createObjectNode().put("schema", schema).toString());
  }

  private static String reasonOf(String name) {
    return name.split(" ")[0];
  }

  private static byte[] valid(RunningPlatform platform, DrawnPairs pairs, long index) {
    RawPair pair = RunningPlatform.submitted(pairs, index);
    return value(platform, RunningPlatform.image(pair), pair.getCaption());
  }

  private static byte[] value(RunningPlatform platform, byte[] image, String caption) {
    return platform.raw(
        RawPair.newBuilder().setImage(ByteBuffer.wrap(image)).setCaption(caption).build());
  }

  /** Noise, so that the file is long enough to be cut in the middle of its pixels. */
  private static byte[] picture(String format) throws IOException {
    BufferedImage image = new BufferedImage(320, 300, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(3);
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        image.setRGB(x, y, random.nextInt(0x1000000));
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, format, out);
    return out.toByteArray();
  }

  /** A PNG that declares another size, with the right checksum. */
  private static byte[] withSize(byte[] png, int sidePx) {
    byte[] changed = png.clone();
    ByteBuffer.wrap(changed).putInt(16, sidePx).putInt(20, sidePx);
    CRC32 checksum = new CRC32();
    checksum.update(changed, 12, 17);
    ByteBuffer.wrap(changed).putInt(29, (int) checksum.getValue());
    return changed;
  }

  private static byte[] closed(byte[] jpeg) {
    byte[] closed = Arrays.copyOf(jpeg, jpeg.length + 2);
    closed[jpeg.length] = (byte) 0xFF;
    closed[jpeg.length + 1] = (byte) 0xD9;
    return closed;
  }
}
