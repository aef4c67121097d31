package io.pairstream.ingest.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.ingest.publish.JsonLinesBody.Line;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.http.Quota;
import io.pairstream.service.http.SharedBudget;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class JsonLinesBodyTest {

  private static final int MIB = 1024 * 1024;
  private static final Principal ANN = new Principal("ann", "ann", Set.of());

  private final SharedBudget longLines = new SharedBudget(1);
  private final CountedQuota quota = new CountedQuota();

  @Test
  void lineThatIsTooLongGivesItsPermitBackBeforeItEnds() throws Exception {
    int[] checked = new int[1];
    InputStream line =
        new EndlessLine(
            20 * MIB,
            read -> {
              if (read > 2 * MIB && read < 11 * MIB) {
                assertThat(isFree()).isFalse();
                checked[0] |= 1;
              } else if (read > 13 * MIB) {
                assertThat(isFree()).isTrue();
                checked[0] |= 2;
              }
            });

    Line input = body(line).next().orElseThrow();

    assertThat(checked[0]).isEqualTo(3);
    assertThat(input.sizeBytes()).isZero();
    assertThatThrownBy(() -> input.form().submission(ANN))
        .hasMessageContaining("longer than 12 MiB");
  }

  @Test
  void lineWithoutEndEndsTheBatch() {
    EndlessLine line = new EndlessLine(Long.MAX_VALUE, read -> {});

    assertThatThrownBy(() -> body(line).next())
        .isInstanceOfSatisfying(
            Problem.class, e -> assertThat(e.kind()).isEqualTo(ProblemKind.BODY_TOO_LARGE))
        .hasMessageContaining("line 1 does not end within 24 MiB");
    assertThat(line.read).isLessThan(25L * MIB);
    assertThat(isFree()).isTrue();
  }

  @Test
  void lineThatIsUnderstoodHoldsNoPermit() throws Exception {
    byte[] line = new byte[2 * MIB];
    Arrays.fill(line, (byte) 'x');
    Line input = body(new ByteArrayInputStream(line)).next().orElseThrow();
    assertThat(isFree()).isFalse();

    assertThatThrownBy(() -> input.form().submission(ANN)).isInstanceOf(Problem.class);

    assertThat(isFree()).isTrue();
    input.release();
    assertThat(isFree()).isTrue();
  }

  @Test
  void everyByteCountsWhateverItSays() throws Exception {
    JsonLinesBody blank =
        body(new ByteArrayInputStream(" \n\n\r\n".repeat(100_000).getBytes(UTF_8)));
    assertThat(blank.next()).isEmpty();
    assertThat(quota.bytes).isEqualTo(500_000);

    JsonLinesBody tooLong = body(new EndlessLine(20L * MIB, read -> {}));
    assertThat(tooLong.next()).isPresent();
    assertThat(quota.bytes).isEqualTo(500_000 + 20L * MIB);
    assertThat(quota.records).as("counted where inputs are handed over").isZero();
  }

  private JsonLinesBody body(InputStream in) {
    return new JsonLinesBody(in, quota, ANN, longLines);
  }

  private boolean isFree() {
    boolean isFree = longLines.take("bob", 1);
    if (isFree) {
      longLines.giveBack("bob", 1);
    }
    return isFree;
  }

  /** Counts, and lets everything pass. */
  private static final class CountedQuota implements Quota {

    private long records;
    private long bytes;

    @Override
    public void admit(Incoming request, long declaredBytes) {}

    @Override
    public Duration charge(Principal principal, long moreRecords, long moreBytes) {
      records += moreRecords;
      bytes += moreBytes;
      return Duration.ZERO;
    }
  }

  /** One letter again and again, without a line feed. */
  private static final class EndlessLine extends InputStream {

    private final long size;
    private final LongConsumer whenRead;
    private long read;

    EndlessLine(long size, LongConsumer whenRead) {
      this.size = size;
      this.whenRead = whenRead;
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException("reads go by buffers");
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      whenRead.accept(read);
      int count = (int) Math.min(length, size - read);
      Arrays.fill(into, offset, offset + count, (byte) 'x');
      read += count;
      return count == 0 ? -1 : count;
    }
  }
}
