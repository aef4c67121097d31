package io.pairstream.ingest.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.Receipt;
import io.pairstream.schemas.wire.AvroSafety;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SenderLanesTest {

  static {
    AvroSafety.install();
  }

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

  /** Cost of a flat picture of 49 megapixels. */
  private static final long BOMB = 9L * 1024 * 1024;

  private final Map<String, Receipt> receipts = new HashMap<>();
  private long now;
  private final SenderLanes lanes =
      new SenderLanes(id -> Optional.ofNullable(receipts.get(id)), () -> now);

  @AfterEach
  void close() {
    lanes.close();
  }

  private static RawPair pair(int number) {
    return RawPair.newBuilder()
        .setImage(ByteBuffer.wrap(new byte[] {1}))
        .setCaption("picture " + number)
        .build();
  }

  private CompletableFuture<Void> enter(String sender, int number, long cost) {
    return lanes.enter(sender, pair(number), cost, LONGEST_WAIT);
  }

  private List<CompletableFuture<Void>> enterMany(String sender, int count) {
    List<CompletableFuture<Void>> rooms = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rooms.add(enter(sender, i, BOMB));
    }
    return rooms;
  }

  private void judge(int number, String status) {
    RawPair pair = pair(number);
    String id = PairIdentity.pairId(PairIdentity.imageDigest(pair.getImage()), pair.getCaption());
    long copies = receipts.containsKey(id) ? receipts.get(id).getCopies() + 1 : 1;
    receipts.put(id, Receipt.newBuilder().setStatus(status).setCopies(copies).build());
    lanes.look();
  }

  private static long open(List<CompletableFuture<Void>> rooms) {
    return rooms.stream().filter(CompletableFuture::isDone).count();
  }

  @Test
  void oneSendersLargePicturesWaitForEachOtherAndNoOtherWaitsForThem() {
    List<CompletableFuture<Void>> rooms = enterMany("eve", 10);

    assertThat(open(rooms)).isEqualTo(4);
    assertThat(enter("eve", 20, SenderLanes.LEAST - 1)).as("her small one").isCompleted();
    assertThat(enter("ann", 30, BOMB)).as("another's").isCompleted();

    judge(0, "QUARANTINED");
    judge(1, "TRAINING");

    assertThat(open(rooms)).isEqualTo(6);
  }

  @Test
  void aPictureThatCostsMoreThanAllMayIsSentAlone() {
    assertThat(enter("eve", 1, 10 * SenderLanes.WINDOW)).isCompleted();
    assertThat(enter("eve", 2, BOMB)).isNotDone();
  }

  @Test
  void whatWasJudgedBeforeIsWaitedForOnceMore() {
    for (int i = 0; i < 4; i++) {
      judge(i, "QUARANTINED");
    }
    List<CompletableFuture<Void>> rooms = enterMany("eve", 5);
    lanes.look();
    assertThat(open(rooms)).isEqualTo(4);

    judge(0, "QUARANTINED");

    assertThat(open(rooms)).isEqualTo(5);
  }

  @Test
  void tooLongAWaitIsRefusedWithATimeToRetry() {
    CompletableFuture<Void> late = enterMany("eve", 5).get(4);
    now += LONGEST_WAIT.toNanos() - 1;
    lanes.look();
    assertThat(late).isNotDone();

    now++;
    lanes.look();

    assertRefused(late);
  }

  @Test
  void beyondTooManyWaitingARequestIsRefusedAtOnce() {
    List<CompletableFuture<Void>> rooms = enterMany("eve", 4 + SenderLanes.MOST_WAITING + 1);

    assertThat(open(rooms)).isEqualTo(5);
    assertRefused(rooms.get(4 + SenderLanes.MOST_WAITING));
  }

  private static void assertRefused(CompletableFuture<Void> room) {
    assertThatThrownBy(room::join)
        .cause()
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> {
              assertThat(problem.kind()).isEqualTo(ProblemKind.QUOTA_EXCEEDED);
              assertThat(problem.detail())
                  .contains("4 are being prepared", "send this one again in 2 s");
            });
  }

  @Test
  void aPictureOfWhichNothingIsHeardHoldsUpNoOtherForLong() {
    enterMany("eve", 4);
    now += SenderLanes.UNHEARD.toNanos();
    lanes.look();

    assertThat(open(enterMany("eve", 4))).isEqualTo(4);
  }

  @Test
  void noRequestWaitsForAServiceThatStops() {
    CompletableFuture<Void> waiting = enterMany("eve", 5).get(4);

    lanes.close();

    assertThat(waiting).isCompletedExceptionally();
  }
}
