package io.pairstream.cleaning.tokens;

import io.pairstream.cleaning.caption.CleanedCaption;
import java.util.Arrays;

/**
 * A cleaned caption with its token ids.
 *
 * <p>Takes ownership of the array. Equal by content.
 *
 * @param caption the text that the ids stand for
 * @param ids int32 [length], padded with the recipe's pad id
 * @param count how many of {@code ids} are tokens of the caption
 * @param untruncatedCount how many tokens the caption has in all
 */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode compare the content
public record TokenizedCaption(CleanedCaption caption, int[] ids, int count, int untruncatedCount) {

  /** Whether the caption has more tokens than fit. */
  public boolean truncated() {
    return untruncatedCount > count;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenizedCaption that
        && caption.equals(that.caption)
        && Arrays.equals(ids, that.ids)
        && count == that.count
        && untruncatedCount == that.untruncatedCount;
  }

  @Override
  public int hashCode() {
    return 31 * caption.hashCode() + Arrays.hashCode(ids);
  }
}
