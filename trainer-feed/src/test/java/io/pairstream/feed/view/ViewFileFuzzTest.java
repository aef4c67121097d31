package io.pairstream.feed.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of views made to harm their readers. */
class ViewFileFuzzTest {

  private static final int MUTANTS = 3_000;
  private static final long[] NUMBERS = {
    0, 1, 2, 255, 1L << 31, (1L << 32) - 1, 1L << 48, 1L << 62, Long.MAX_VALUE, Long.MIN_VALUE, -1
  };
  private static final View VIEW =
      new View(
          "pairs.training",
          "id",
          Instant.parse("2026-01-02T03:04:05Z"),
          List.of(),
          IntStream.range(0, 12)
              .mapToObj(i -> new Block(i / 4, 99L * i, 5, List.of(40, 2, 24)))
              .toList());

  @TempDir private Path folder;

  @Test
  void aMutatedFileIsRefusedOrRead() throws IOException {
    Path file = folder.resolve("a.view");
    ViewFile.write(VIEW, file);
    byte[] whole = Files.readAllBytes(file);
    Random random = new Random(1);
    int refused = 0;
    for (int i = 0; i < MUTANTS; i++) {
      Files.write(file, mutant(whole, random));
      try {
        assertThat(ViewFile.read(file).samples()).isEqualTo(VIEW.samples());
      } catch (InvalidViewException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(MUTANTS / 2);
  }

  private static byte[] mutant(byte[] whole, Random random) {
    byte[] made = whole.clone();
    int at = random.nextInt(made.length);
    long number = NUMBERS[random.nextInt(NUMBERS.length)];
    ByteBuffer numbers = ByteBuffer.wrap(made).order(ByteOrder.LITTLE_ENDIAN);
    switch (random.nextInt(5)) {
      case 0 -> made[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> numbers.putLong(Math.min(at / 8 * 8, made.length - 8), number);
      case 2 -> numbers.putInt(Math.min(at / 4 * 4, made.length - 4), (int) number);
      case 3 -> made = Arrays.copyOf(made, at);
      default -> {
        String text = new String(made, StandardCharsets.ISO_8859_1);
        int[] digits =
            IntStream.range(0, Math.min(400, text.length()))
                .filter(i -> Character.isDigit(text.charAt(i)))
                .toArray();
        int digit = digits[random.nextInt(digits.length)];
        made =
            (text.substring(0, digit) + number + text.substring(digit + 1))
                .getBytes(StandardCharsets.ISO_8859_1);
      }
    }
    return made;
  }
}
