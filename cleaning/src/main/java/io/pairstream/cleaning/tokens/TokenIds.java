package io.pairstream.cleaning.tokens;

import java.util.Arrays;

/**
 * Token ids of fixed length. The mask of the ids is 1 for the first {@code count} of them.
 *
 * <p>Takes ownership of the array. Equal by content.
 *
 * @param ids int32 [length], padded as the recipe says
 * @param count how many of {@code ids} are tokens, special ones included
 * @param untruncatedCount how many tokens the text has in all, special ones included
 */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode compare the content
public record TokenIds(int[] ids, int count, int untruncatedCount) {

  /** Whether the text has more tokens than fit. */
  public boolean truncated() {
    return untruncatedCount > count;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenIds that
        && Arrays.equals(ids, that.ids)
        && count == that.count
        && untruncatedCount == that.untruncatedCount;
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(ids) + untruncatedCount;
  }
}
