package io.pairstream.tools.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.pairstream.cleaning.CleanedCaption;
import io.pairstream.cleaning.image.ImageWorker.ImageWorkerUnavailableException;
import io.pairstream.cleaning.plan.CleaningPlan;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import io.pairstream.cleaning.plan.SplitByImage.Assignment;
import io.pairstream.cleaning.recipe.RecipeFile;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenIds;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenTarget;
import io.pairstream.cleaning.tokens.TokenizeCaption.TokenizedCaption;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.TokenSet;
import io.pairstream.schemas.wire.AvroSafety;
import io.pairstream.tools.audit.AuditReport.Difference;
import io.pairstream.tools.audit.AuditReport.Kind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecipeCheckTest {

  private static final CleaningPlan BY_IMAGE = plan("split: {seed: 3, test-share: 0.3}");

  private final Differences differences = new Differences();

  @BeforeAll
  static void records() {
    AvroSafety.install();
  }

  static CleaningPlan plan(String recipe) {
    return new CleaningPlan(
        new RecipeFile("a recipe", recipe).reader(),
        (image, target) -> {
          throw new ImageWorkerUnavailableException("nothing is decoded");
        },
        StepObserver.NONE);
  }

  /** A pair as a recipe makes it. */
  static PreparedPair pair(CleaningPlan plan, int number, String contributor) {
    String digest =
        PairIdentity.imageDigest(
            ByteBuffer.wrap(String.valueOf(number).getBytes(StandardCharsets.UTF_8)));
    String caption = "a caption of picture " + number;
    TokenizedCaption tokens =
        plan.tokens()
            .apply(new CleanedCaption(caption, "en"))
            .fold(
                kept -> kept,
                rejection -> {
                  throw new AssertionError(rejection);
                });
    TokenSet main = tokens(plan.tokens().main(), tokens.tokens());
    List<TokenSet> further = new ArrayList<>();
    for (int i = 0; i < tokens.further().size(); i++) {
      further.add(tokens(plan.tokens().further().get(i), tokens.further().get(i)));
    }
    Assignment assignment = plan.split().assign(digest, contributor, "");
    return PreparedPair.newBuilder()
        .setImageDigest(digest)
        .setCaption(caption)
        .setTokenIds(main.getTokenIds())
        .setTokenCount(main.getTokenCount())
        .setTruncated(main.getTruncated())
        .setPadId(main.getPadId())
        .setTokenizer(main.getTokenizer())
        .setTokenizerDigest(main.getTokenizerDigest())
        .setTokenSets(further)
        .setMetadata(PairMetadata.newBuilder().setContributor(contributor).build())
        .setSplit(assignment.split().name())
        .setFold(assignment.fold())
        .setRecipeVersion(plan.version())
        .build();
  }

  private static TokenSet tokens(TokenTarget target, TokenIds ids) {
    return new TokenSet(
        target.name(),
        new ArrayList<>(Arrays.stream(ids.ids()).boxed().toList()),
        ids.count(),
        ids.truncated(),
        target.padId(),
        target.tokenizer().name(),
        target.tokenizer().digest(),
        List.of(),
        0);
  }

  private List<String> check(CleaningPlan plan, PreparedPair... pairs) {
    RecipeCheck check = new RecipeCheck(plan, differences);
    for (PreparedPair pair : pairs) {
      check.published("pairs.training-0-7", pair);
    }
    check.close();
    assertThat(differences.details()).allMatch(one -> one.kind() == Kind.ALTERED);
    return differences.details().stream().map(Difference::sentence).toList();
  }

  /** A picture of another split than a picture. */
  private static PreparedPair elsewhere(PreparedPair than) {
    for (int number = 100; ; number++) {
      PreparedPair other = pair(BY_IMAGE, number, "");
      if (!other.getSplit().equals(than.getSplit())) {
        return other;
      }
    }
  }

  @Test
  void aRecipesOwnPairsAreRight() {
    CleaningPlan byContributor =
        plan("near-copies: {policy: keep-all}\nsplit: {group-by: contributor, test-share: 0.4}");
    for (int number = 0; number < 50; number++) {
      assertThat(check(BY_IMAGE, pair(BY_IMAGE, number, "museum"))).isEmpty();
      assertThat(check(byContributor, pair(byContributor, number, "museum"))).isEmpty();
    }
  }

  /** All that is stored of the caption's ids; the recipe has a second tokenizer. */
  private enum Change {
    TOKEN(pair -> pair.getTokenIds().set(2, pair.getTokenIds().get(2) + 1)),
    COUNT(pair -> pair.setTokenCount(pair.getTokenCount() + 1)),
    TRUNCATED(pair -> pair.setTruncated(!pair.getTruncated())),
    PAD_ID(pair -> pair.setPadId(pair.getPadId() + 1)),
    DIGEST(pair -> pair.setTokenizerDigest("another")),
    FURTHER_NAME(pair -> pair.getTokenSets().get(0).setName("another")),
    FURTHER_IDS(pair -> pair.getTokenSets().get(0).getTokenIds().set(2, 1)),
    NONE_FURTHER(pair -> pair.setTokenSets(List.of())),
    MORE_FURTHER(pair -> pair.getTokenSets().add(pair.getTokenSets().get(0))),
    FOLD(pair -> pair.setFold(pair.getFold() + 1));

    private final Consumer<PreparedPair> of;

    Change(Consumer<PreparedPair> of) {
      this.of = of;
    }
  }

  @ParameterizedTest
  @EnumSource
  void namesEachFieldThatIsAnother(Change change) {
    CleaningPlan plan = plan("token-sets: {short: {length: 8}}");
    PreparedPair pair = pair(plan, 1, "");
    assertThat(check(plan, pair)).isEmpty();

    change.of.accept(pair);

    assertThat(check(plan, pair)).hasSize(1);
  }

  @Test
  void aGroupsPictureIsWhereItsFirstOneIs() {
    PreparedPair first = pair(BY_IMAGE, 1, "");
    PreparedPair copy = elsewhere(first);
    copy.setPictureGroup(first.getImageDigest());
    String own = copy.getSplit();

    copy.setSplit(first.getSplit());
    copy.setFold(first.getFold());
    assertThat(check(BY_IMAGE, copy)).isEmpty();
    copy.setSplit(own);
    assertThat(check(BY_IMAGE, copy)).hasSize(1);
  }

  @Test
  void pairsOfOtherRecipesAreCountedAndGroupsBesideThemLeftAlone() {
    PreparedPair moved = pair(BY_IMAGE, 1, "");
    moved.setPictureGroup(moved.getImageDigest());
    moved.setSplit("TEST".equals(moved.getSplit()) ? "TRAINING" : "TEST");
    RecipeCheck check = new RecipeCheck(BY_IMAGE, differences);

    check.published("pairs.test-0-1", moved);
    check.published("pairs.test-0-2", pair(plan("split: {seed: 4}"), 2, ""));

    assertThat(check.close()).isEqualTo(1);
    assertThat(differences.details()).isEmpty();
  }
}
