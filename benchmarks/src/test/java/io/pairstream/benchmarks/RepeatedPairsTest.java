package io.pairstream.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class RepeatedPairsTest {

  private final RawPair jpeg = pair(picture("jpg"), "A red stripe.");
  private final RawPair png = pair(picture("png"), "A red stripe.");

  @Test
  void theFirstPassIsThePairsAsTheyAre() {
    RepeatedPairs pairs = new RepeatedPairs(List.of(jpeg, png), 1);

    assertThat(pairs.at(0)).isEqualTo(jpeg);
    assertThat(pairs.at(1)).isEqualTo(png);
  }

  @Test
  void noPairComesTwice() {
    RepeatedPairs pairs = new RepeatedPairs(List.of(jpeg, png), 1);

    Set<String> ids =
        LongStream.range(0, 100)
            .mapToObj(pairs::at)
            .map(pair -> PairIdentity.pairId(digest(pair), pair.getCaption()))
            .collect(Collectors.toSet());

    assertThat(ids).hasSize(100);
  }

  @Test
  void eachPictureComesUnderAsManyCaptionsAsAskedFor() {
    RepeatedPairs pairs = new RepeatedPairs(List.of(jpeg, png), 5);

    Set<String> ids = new HashSet<>();
    Set<String> digests = new HashSet<>();
    for (int i = 0; i < 30; i++) {
      RawPair pair = pairs.at(i);
      digests.add(digest(pair));
      ids.add(PairIdentity.pairId(digest(pair), pair.getCaption()));
      assertThat(pair.getImage()).isEqualTo(pairs.at(i - i % 5).getImage());
    }
    assertThat(ids).hasSize(30);
    assertThat(digests).as("three files of the JPEG, one of the PNG").hasSize(4);
  }

  @Test
  void aJpegBecomesAnotherFileOfTheSamePixels() throws IOException {
    RepeatedPairs pairs = new RepeatedPairs(List.of(jpeg), 1);

    assertThat(digest(pairs.at(1))).isNotEqualTo(digest(jpeg)).isNotEqualTo(digest(pairs.at(2)));
    assertThat(pixels(pairs.at(1))).isEqualTo(pixels(jpeg));
  }

  private static String digest(RawPair pair) {
    return PairIdentity.imageDigest(pair.getImage());
  }

  private static RawPair pair(byte[] image, String caption) {
    return RawPair.newBuilder().setImage(ByteBuffer.wrap(image)).setCaption(caption).build();
  }

  private static byte[] picture(String format) {
    BufferedImage picture = new BufferedImage(32, 24, BufferedImage.TYPE_INT_RGB);
    for (int y = 8; y < 16; y++) {
      for (int x = 0; x < 32; x++) {
        picture.setRGB(x, y, 0xC01020);
      }
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try {
      ImageIO.write(picture, format, file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file.toByteArray();
  }

  private static int[] pixels(RawPair pair) throws IOException {
    byte[] file = new byte[pair.getImage().remaining()];
    pair.getImage().duplicate().get(file);
    BufferedImage decoded = ImageIO.read(new ByteArrayInputStream(file));
    BufferedImage copy =
        new BufferedImage(decoded.getWidth(), decoded.getHeight(), BufferedImage.TYPE_INT_RGB);
    copy.getGraphics().drawImage(decoded, 0, 0, null);
    return ((DataBufferInt) copy.getRaster().getDataBuffer()).getData();
  }
}
