package io.pairstream.cleaning.image;

import io.pairstream.cleaning.JudgesStored;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.StoredPair;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Keeps images whose digest is on no list of forbidden files.
 *
 * <p>Takes and gives the lower-case hex SHA-256 of the image file. Rejects: {@code
 * IMAGE_FORBIDDEN}.
 */
public final class RefuseForbiddenDigest implements JudgesStored<String, String> {

  private static final int DIGEST_BYTES = 32;

  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  /** The digests one after the other, in ascending order. */
  private final byte[] sorted;

  /** Reads {@code forbidden.digests-file}. */
  public RefuseForbiddenDigest(RecipeReader recipe) {
    List<String> digests =
        recipe.lines(
            "forbidden.digests-file", "#", DIGEST, "a SHA-256 in 64 lower-case hex digits");
    digests.sort(null);
    ByteBuffer all = ByteBuffer.allocate(DIGEST_BYTES * digests.size());
    digests.forEach(digest -> all.put(HexFormat.of().parseHex(digest)));
    sorted = all.array();
  }

  @Override
  public boolean isOn() {
    return sorted.length > 0;
  }

  @Override
  public String inWords() {
    return "rejects files whose digest is on the list of "
        + sorted.length / DIGEST_BYTES
        + " forbidden ones, and keeps nothing of them";
  }

  @Override
  public Outcome<String> apply(String imageDigest) {
    return contains(imageDigest)
        ? Outcome.rejected(
            RejectReason.IMAGE_FORBIDDEN,
            "the file is on the list of forbidden ones; its bytes are not kept here")
        : Outcome.kept(imageDigest);
  }

  @Override
  public Optional<Outcome<?>> judgeStored(StoredPair pair, Set<String> changed) {
    return Optional.of(apply(pair.imageDigest()));
  }

  private boolean contains(String imageDigest) {
    byte[] wanted = HexFormat.of().parseHex(imageDigest);
    int low = 0;
    int high = sorted.length / DIGEST_BYTES;
    while (low < high) {
      int middle = (low + high) >>> 1;
      int at = middle * DIGEST_BYTES;
      int order = Arrays.compareUnsigned(sorted, at, at + DIGEST_BYTES, wanted, 0, DIGEST_BYTES);
      if (order == 0) {
        return true;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return false;
  }
}
