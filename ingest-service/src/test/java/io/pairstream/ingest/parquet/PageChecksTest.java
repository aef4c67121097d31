package io.pairstream.ingest.parquet;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.apache.parquet.column.Encoding;
import org.junit.jupiter.api.Test;

/** What a page states and does not have: the column reader would make arrays of it. */
class PageChecksTest {

  private static final int MANY = 1 << 30;

  @Test
  void packedRunLongerThanThePageIsRefused() {
    assertThatThrownBy(() -> PageChecks.levels(bytes(MANY / 8 * 2L + 1), 1, 100))
        .isInstanceOf(ParquetException.class)
        .hasMessageContaining("a page of 100 values states a run of " + MANY);
    assertThatThrownBy(
            () -> PageChecks.values(bytes(20, MANY / 8 * 2L + 1), Encoding.RLE_DICTIONARY, 100))
        .hasMessageContaining("states a run of " + MANY);
  }

  @Test
  void repeatedRunNeedsNoMemoryAndIsTaken() {
    assertThatCode(() -> PageChecks.levels(bytes(MANY * 2L, 1), 1, 100)).doesNotThrowAnyException();
  }

  @Test
  void packedRunIsRoundedUpToGroupsOfEight() {
    assertThatCode(() -> PageChecks.levels(bytes(13 * 2 + 1), 1, 97)).doesNotThrowAnyException();
    assertThatThrownBy(() -> PageChecks.levels(bytes(14 * 2 + 1), 1, 97))
        .isInstanceOf(ParquetException.class);
  }

  @Test
  void moreDeltasThanValuesAreRefused() {
    for (Encoding encoding :
        new Encoding[] {
          Encoding.DELTA_BINARY_PACKED, Encoding.DELTA_LENGTH_BYTE_ARRAY, Encoding.DELTA_BYTE_ARRAY
        }) {
      assertThatThrownBy(() -> PageChecks.values(bytes(128, 4, MANY, 0), encoding, 100))
          .isInstanceOf(ParquetException.class)
          .hasMessageContaining("states " + MANY + " deltas");
    }
  }

  @Test
  void secondDeltasOfAPageAreLookedAtToo() {
    ByteBuffer page = bytes(128, 4, 1, 0, 128, 4, MANY, 0);

    assertThatThrownBy(() -> PageChecks.values(page, Encoding.DELTA_BYTE_ARRAY, 100))
        .hasMessageContaining("states " + MANY + " deltas");
  }

  @Test
  void blocksOfAbsurdSizesAreRefused() {
    for (ByteBuffer page :
        new ByteBuffer[] {bytes(MANY, 1, 1, 0), bytes(128, 0, 1, 0), bytes(0, 1, 1, 0), bytes()}) {
      assertThatThrownBy(() -> PageChecks.values(page, Encoding.DELTA_BINARY_PACKED, 100))
          .isInstanceOf(ParquetException.class);
    }
  }

  @Test
  void levelsLongerThanThePageAreRefused() {
    assertThatThrownBy(
            () -> PageChecks.prefixed(ByteBuffer.wrap(new byte[] {9, 0, 0, 0, 1, 2, 3, 4})))
        .hasMessageContaining("states 9 bytes of levels, and has 4");
    assertThatThrownBy(() -> PageChecks.prefixed(ByteBuffer.wrap(new byte[3])))
        .hasMessageContaining("cut short");
  }

  /** Numbers as the format writes them: seven bits in a byte, the lowest first. */
  private static ByteBuffer bytes(long... numbers) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (long number : numbers) {
      long left = number;
      while (left > 0x7F) {
        out.write((int) ((left & 0x7F) | 0x80));
        left >>>= 7;
      }
      out.write((int) left);
    }
    return ByteBuffer.wrap(out.toByteArray());
  }
}
