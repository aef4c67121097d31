package io.pairstream.image.worker.pixels;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.image.ImagePlan.ColourProfileRule;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

class ColourReaderTest {

  private final ColourReader reader = new ColourReader();

  @Test
  void unpacksNoProfileThatFillsTheMemory() {
    byte[] bomb = packed(new byte[64 * 1024 * 1024]);
    ByteBuffer png = ByteBuffer.allocate(8 + 25 + 12 + 3 + bomb.length);
    png.put(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
    png.putInt(13).put("IHDR".getBytes(StandardCharsets.US_ASCII)).putInt(1).putInt(1);
    png.put(new byte[] {8, 2, 0, 0, 0}).putInt(0);
    png.putInt(3 + bomb.length).put("iCCP".getBytes(StandardCharsets.US_ASCII));
    png.put(new byte[] {'x', 0, 0}).put(bomb).putInt(0);

    assertThat(ColourReader.FileColours.of(png.array()).icc).isEmpty();
    assertThat(reader.read(png.array(), ColourProfileRule.REJECT))
        .isEqualTo(Outcome.kept(ColourConversion.NONE));
  }

  @Test
  void joinsAJpegsProfileFromItsPartsInAnyOrder() throws IOException {
    byte[] whole = file("icc-lightness-jpg.jpg");
    byte[] icc = ColourReader.FileColours.of(whole).icc;
    byte[] first = Arrays.copyOf(icc, 500);
    byte[] second = Arrays.copyOfRange(icc, 500, icc.length);

    assertThat(ColourReader.FileColours.of(jpeg(part(2, 2, second), part(1, 2, first))).icc)
        .isEqualTo(icc);
    assertThat(ColourReader.FileColours.of(jpeg(part(2, 2, second))).icc).isEmpty();
    assertThat(ColourReader.FileColours.of(jpeg(part(1, 2, first), part(1, 2, first))).icc)
        .isEmpty();
  }

  private static byte[] part(int number, int total, byte[] data) {
    return ByteBuffer.allocate(18 + data.length)
        .putShort((short) 0xFFE2)
        .putShort((short) (16 + data.length))
        .put("ICC_PROFILE\0".getBytes(StandardCharsets.US_ASCII))
        .put((byte) number)
        .put((byte) total)
        .put(data)
        .array();
  }

  private static byte[] jpeg(byte[]... segments) {
    int length = Arrays.stream(segments).mapToInt(segment -> segment.length).sum();
    ByteBuffer file = ByteBuffer.allocate(length + 14).putShort((short) 0xFFD8);
    for (byte[] segment : segments) {
      file.put(segment);
    }
    return file.putShort((short) 0xFFD9).array();
  }

  private static byte[] packed(byte[] data) {
    Deflater deflater = new Deflater();
    deflater.setInput(data);
    deflater.finish();
    byte[] packed = new byte[data.length / 500];
    int length = deflater.deflate(packed);
    deflater.end();
    return Arrays.copyOf(packed, length);
  }

  private static byte[] file(String name) throws IOException {
    try {
      return Files.readAllBytes(
          Path.of(
              ColourReaderTest.class.getResource("/io/pairstream/image/formats/" + name).toURI()));
    } catch (URISyntaxException e) {
      throw new IllegalStateException("a resource is a file", e);
    }
  }
}
