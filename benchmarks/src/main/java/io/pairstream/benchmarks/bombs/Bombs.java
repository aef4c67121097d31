package io.pairstream.benchmarks.bombs;

import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.GatedPair;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.StepObserver;
import io.pairstream.cleaning.SubmittedPair;
import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImageWorkerUnavailableException;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Sends bombs through the gate of the default recipe, whose worker is never asked. */
public final class Bombs {

  private static final int CALLS = 1000;

  private Bombs() {}

  public static void main(String[] arguments) {
    CleaningPlan plan =
        new CleaningPlan(
            RecipeReader.parse("dalle", ""),
            (image, pictures) -> {
              throw new ImageWorkerUnavailableException("a bomb reached the worker");
            },
            StepObserver.NONE);
    bombs()
        .forEach(
            (name, file) -> {
              SubmittedPair pair =
                  new SubmittedPair(
                      new EncodedImage(file), new ReceivedCaption("A bomb", "en"), Map.of());
              double[] millis = new double[CALLS];
              String reason = "";
              for (int i = 0; i < CALLS; i++) {
                long begin = System.nanoTime();
                Outcome<GatedPair> outcome = plan.gate(pair);
                millis[i] = (System.nanoTime() - begin) / 1e6;
                reason = outcome.fold(kept -> "KEPT", rejection -> rejection.reason().name());
              }
              double first = millis[0];
              Arrays.sort(millis);
              System.out.printf(
                  Locale.ROOT,
                  "%-28s %9d bytes  %-26s %7.3f ms (first call %.1f)%n",
                  name,
                  file.length,
                  reason,
                  millis[CALLS / 2],
                  first);
            });
  }

  private static Map<String, byte[]> bombs() {
    Map<String, byte[]> bombs = new LinkedHashMap<>();
    bombs.put("GIF, 30,000 px square", gif());
    bombs.put("PNG, 32,000 px square", png(32_000, new byte[0], zeros(124_000_000)));
    bombs.put("JPEG, 20,000 scans", jpeg(20_000));
    byte[] head = "Comment\0\0".getBytes(StandardCharsets.ISO_8859_1);
    bombs.put("PNG, 1 GB of text", png(300, joined(head, zeros(1_000_000_000)), zeros(270_300)));
    return bombs;
  }

  private static byte[] gif() {
    ByteBuffer file = ByteBuffer.allocate(43).order(ByteOrder.LITTLE_ENDIAN);
    file.put("GIF89a".getBytes(StandardCharsets.ISO_8859_1));
    file.putShort((short) 30_000).putShort((short) 30_000).put(new byte[] {(byte) 0x80, 0, 0});
    file.put(new byte[6]).put(new byte[] {0x21, (byte) 0xF9, 4, 0, 0, 0, 0, 0});
    file.put((byte) 0x2C).putInt(0).putShort((short) 30_000).putShort((short) 30_000).put((byte) 0);
    file.put(new byte[] {2, 2, 0x44, 1, 0, 0x3B});
    return Arrays.copyOf(file.array(), file.position());
  }

  private static byte[] jpeg(int scans) {
    ByteBuffer file = ByteBuffer.allocate(64 + 20 * scans);
    file.putShort((short) 0xFFD8).putShort((short) 0xFFC2).putShort((short) 17).put((byte) 8);
    file.putShort((short) 4000).putShort((short) 4000).put((byte) 3);
    for (int component = 1; component <= 3; component++) {
      file.put(new byte[] {(byte) component, 0x11, 0});
    }
    for (int i = 0; i < scans; i++) {
      file.putShort((short) 0xFFDA).putShort((short) 12).put((byte) 3);
      file.put(new byte[] {1, 0, 2, 0, 3, 0, 0, 63, 0, 0x2A});
    }
    file.putShort((short) 0xFFD9);
    return Arrays.copyOf(file.array(), file.position());
  }

  private static byte[] png(int sidePx, byte[] text, byte[] pixels) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
    byte[] header =
        ByteBuffer.allocate(13)
            .putInt(sidePx)
            .putInt(sidePx)
            .put(new byte[] {8, 2, 0, 0, 0})
            .array();
    writeChunk(file, "IHDR", header);
    if (text.length > 0) {
      writeChunk(file, "zTXt", text);
    }
    writeChunk(file, "IDAT", pixels);
    writeChunk(file, "IEND", new byte[0]);
    return file.toByteArray();
  }

  private static void writeChunk(ByteArrayOutputStream file, String type, byte[] data) {
    byte[] typed = joined(type.getBytes(StandardCharsets.ISO_8859_1), data);
    CRC32 crc = new CRC32();
    crc.update(typed);
    file.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
    file.writeBytes(typed);
    file.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }

  private static byte[] joined(byte[] one, byte[] other) {
    byte[] both = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }

  private static byte[] zeros(int count) {
    Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] block = new byte[1 << 20];
    byte[] buffer = new byte[1 << 16];
    int left = count;
    while (!deflater.finished()) {
      if (deflater.needsInput()) {
        int next = Math.min(left, block.length);
        deflater.setInput(block, 0, next);
        left -= next;
        if (left == 0) {
          deflater.finish();
        }
      }
      out.write(buffer, 0, deflater.deflate(buffer));
    }
    deflater.end();
    return out.toByteArray();
  }
}
