package io.pairstream.cleaning.tokens;

import io.pairstream.cleaning.caption.CleanedCaption;
import java.util.List;

/**
 * A cleaned caption with its token ids.
 *
 * @param caption the text that the ids stand for
 * @param tokens the ids of the main set
 * @param further the ids of the further sets, in the recipe's order
 */
public record TokenizedCaption(CleanedCaption caption, TokenIds tokens, List<TokenIds> further) {

  public TokenizedCaption {
    further = List.copyOf(further);
  }
}
