package io.pairstream.ingest.fetch.web;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ProbeImage;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;

/**
 * What an answer is read for, and how much of it.
 *
 * @param mostBytes most bytes that are kept
 * @param cutsOff whether a longer body is cut off, instead of being rejected
 * @param treatment decides by status and headers alone
 * @param refusal whether a body that begins like this is of no use, so that the rest need not be
 *     read; sees all of a short body
 */
record Reading(
    int mostBytes,
    boolean cutsOff,
    Function<Head, Treatment> treatment,
    BiPredicate<Head, byte[]> refusal) {

  private static final ProbeImage PROBE = new ProbeImage();

  /** What the first bytes tell. What is wrong further on is judged elsewhere, and kept with why. */
  private static final Set<RejectReason> NO_IMAGE =
      Set.of(
          RejectReason.IMAGE_EMPTY,
          RejectReason.IMAGE_TYPE_UNKNOWN,
          RejectReason.IMAGE_TYPE_UNSUPPORTED);

  /** What is to be done with the body of an answer, of which nothing has been read. */
  enum Treatment {
    /** Read and kept. */
    TAKEN,
    /** Not wanted; read past where it is short, for the connection's sake. */
    SKIPPED,
    /** Not wanted, and not read. */
    LEFT
  }

  /** An answer that should be an image. */
  static Reading ofImage(int mostBytes) {
    return new Reading(mostBytes, false, Reading::treatmentOfImage, Reading::refusesImage);
  }

  private static Treatment treatmentOfImage(Head head) {
    if (head.status() != 200) {
      return Treatment.SKIPPED;
    }
    boolean wanted = OptOut.of(head).isEmpty() && !head.isEncoded();
    return wanted ? Treatment.TAKEN : Treatment.LEFT;
  }

  private static boolean refusesImage(Head head, byte[] first) {
    return !objectionToImage(first).isEmpty();
  }

  /** Why these first bytes are not those of an image that is taken; empty where they are. */
  static String objectionToImage(byte[] first) {
    return PROBE.apply(new EncodedImage(first)).rejectedOnly().stream()
        .filter(rejection -> NO_IMAGE.contains(rejection.reason()))
        .map(Rejection::detail)
        .findFirst()
        .orElse("");
  }
}
