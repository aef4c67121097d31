package io.pairstream.tools.audit;

import io.pairstream.cleaning.CleanedCaption;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.SplitByImage.Assignment;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenIds;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenTarget;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenizedCaption;
import io.pairstream.schemas.LinkHost;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.TokenSet;
import io.pairstream.tools.audit.AuditReport.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether published pairs are what their recipe makes of them, as far as that follows from the
 * record alone: split and fold from digest, contributor and host; token ids from the caption.
 *
 * <p>Pairs that say another recipe's version are counted alone. A group of near copies keeps the
 * split in which its first picture was published, so that those of groups are held against the
 * recipe only where it made all pairs.
 */
final class RecipeCheck {

  private final CleaningPlan plan;
  private final String version;
  private final Differences differences;
  private final List<String> ofGroups = new ArrayList<>();
  private long others;

  RecipeCheck(CleaningPlan plan, Differences differences) {
    this.plan = plan;
    this.version = plan.version();
    this.differences = differences;
  }

  /** A record on a split's topic. */
  void published(String site, PreparedPair pair) {
    if (!pair.getRecipeVersion().equals(version)) {
      others++;
      return;
    }
    checkSplit(site, pair);
    TokenizedCaption caption =
        plan.tokens()
            .apply(new CleanedCaption(pair.getCaption(), pair.getLanguage()))
            .fold(kept -> kept, RecipeCheck::refused);
    TokenSet main =
        new TokenSet(
            "",
            pair.getTokenIds(),
            pair.getTokenCount(),
            pair.getTruncated(),
            pair.getPadId(),
            pair.getTokenizer(),
            pair.getTokenizerDigest(),
            pair.getEmptyTokenIds(),
            pair.getEmptyTokenCount());
    boolean alike =
        isSame(main, plan.tokens().main(), caption.tokens())
            && pair.getTokenSets().size() == caption.further().size();
    for (int i = 0; alike && i < caption.further().size(); i++) {
      TokenTarget target = plan.tokens().further().get(i);
      alike = isSame(pair.getTokenSets().get(i), target, caption.further().get(i));
    }
    if (!alike) {
      differences.add(Kind.ALTERED, site + " has token ids that are not those of its caption");
    }
  }

  private static TokenizedCaption refused(Object rejection) {
    throw new IllegalStateException("tokenizing rejects nothing, and said " + rejection);
  }

  private static boolean isSame(TokenSet found, TokenTarget target, TokenIds right) {
    int[] ids = found.getTokenIds().stream().mapToInt(Integer::intValue).toArray();
    return right.equals(new TokenIds(ids, found.getTokenCount(), right.untruncatedCount()))
        && found.getTruncated() == right.truncated()
        && found.getPadId() == target.padId()
        && found.getName().equals(target.name())
        && found.getTokenizerDigest().equals(target.tokenizer().digest());
  }

  private void checkSplit(String site, PreparedPair pair) {
    String group = pair.getPictureGroup();
    String digest = group.isEmpty() ? pair.getImageDigest() : group;
    Assignment right =
        plan.split()
            .assign(
                digest,
                pair.getMetadata().getContributor(),
                LinkHost.named(pair.getMetadata().getUrl()));
    if (!right.split().name().equals(pair.getSplit()) || right.fold() != pair.getFold()) {
      String sentence =
          "%s is in %s, fold %d, and belongs in %s, fold %d"
              .formatted(site, pair.getSplit(), pair.getFold(), right.split(), right.fold());
      if (group.isEmpty()) {
        differences.add(Kind.ALTERED, sentence);
      } else {
        ofGroups.add(sentence);
      }
    }
  }

  /** Says what is wrong of groups; answers how many pairs are of other recipes. */
  long close() {
    if (others == 0) {
      ofGroups.forEach(sentence -> differences.add(Kind.ALTERED, sentence));
    }
    return others;
  }
}
