package io.pairstream.operations.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DigestTableTest {

  private static final int MANY = 20_000;

  @Test
  void findsEveryDigestAgainUnderItsNumber() {
    DigestTable table = new DigestTable();
    Random random = new Random(1);
    String[] digests = new String[MANY];
    byte[] bytes = new byte[16];
    for (int i = 0; i < MANY; i++) {
      random.nextBytes(bytes);
      digests[i] = HexFormat.of().formatHex(bytes);
      assertThat(table.add(digests[i])).isEqualTo(i);
    }

    for (int i = 0; i < MANY; i++) {
      assertThat(table.find(digests[i])).isEqualTo(i);
      assertThat(table.hex(i)).isEqualTo(digests[i]);
    }
    assertThat(table.add(digests[7])).isEqualTo(7);
    assertThat(table.size()).isEqualTo(MANY);
  }

  @Test
  void doesNotFindWhatIsNotThere() {
    DigestTable table = new DigestTable();
    table.add("0".repeat(32));

    assertThat(table.find("0".repeat(31) + "1")).isEqualTo(-1);
  }

  @Test
  void takesLowerCaseHexAlone() {
    assertThat(DigestTable.isDigest("0123456789abcdef0123456789abcdef")).isTrue();
    assertThat(DigestTable.isDigest("0123456789ABCDEF0123456789ABCDEF")).isFalse();
    assertThat(DigestTable.isDigest("0123456789abcdef0123456789abcde")).isFalse();
  }
}
