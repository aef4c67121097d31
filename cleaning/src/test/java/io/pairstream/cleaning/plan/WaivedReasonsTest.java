package io.pairstream.cleaning.plan;

import static io.pairstream.cleaning.RejectReason.CAPTION_BOILERPLATE;
import static io.pairstream.cleaning.RejectReason.CAPTION_IS_FILE_NAME;
import static io.pairstream.cleaning.RejectReason.CAPTION_LANGUAGE_UNSURE;
import static io.pairstream.cleaning.RejectReason.CAPTION_LANGUAGE_UNWANTED;
import static io.pairstream.cleaning.RejectReason.CAPTION_MOSTLY_CAPITALS;
import static io.pairstream.cleaning.RejectReason.CAPTION_MOSTLY_SYMBOLS;
import static io.pairstream.cleaning.RejectReason.CAPTION_REPETITIVE;
import static io.pairstream.cleaning.RejectReason.CAPTION_TOO_LONG;
import static io.pairstream.cleaning.RejectReason.CAPTION_TOO_SHORT;
import static io.pairstream.cleaning.RejectReason.IMAGE_BLURRED;
import static io.pairstream.cleaning.RejectReason.IMAGE_TOO_ELONGATED;
import static io.pairstream.cleaning.RejectReason.IMAGE_TOO_SMALL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.CheckMeasuresTest;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImageFiles;
import io.pairstream.cleaning.image.ImageWorker;
import io.pairstream.cleaning.image.SampleImages;
import io.pairstream.cleaning.plan.CleaningPlan.CleanedPair;
import io.pairstream.cleaning.plan.CleaningPlan.StepObserver;
import io.pairstream.cleaning.recipe.RecipeReader;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Reasons that a person has waived do not count; all others do. */
class WaivedReasonsTest {

  private static final String GOOD = "a dog and a ball";

  /** A pair that is rejected for one reason. */
  private record Case(
      RejectReason reason, String recipe, int widthPx, int heightPx, String caption, String file) {

    static Case image(RejectReason reason, int widthPx, int heightPx) {
      return new Case(reason, "", widthPx, heightPx, GOOD, "");
    }

    static Case measure(RejectReason reason, String limit) {
      return new Case(reason, "quality: {" + limit + "}", 300, 300, GOOD, "");
    }

    static Case caption(RejectReason reason, String recipe, String caption) {
      return new Case(reason, recipe, 300, 300, caption, "");
    }

    @Override
    public String toString() {
      return reason.name();
    }
  }

  private static final List<Case> CASES =
      List.of(
          Case.image(IMAGE_TOO_SMALL, 199, 300),
          Case.image(IMAGE_TOO_ELONGATED, 200, 601),
          Case.measure(IMAGE_BLURRED, "min-sharpness: 51"),
          Case.caption(CAPTION_TOO_LONG, "caption: {max-characters: 15}", GOOD),
          Case.caption(CAPTION_TOO_SHORT, "", "dog"),
          Case.caption(CAPTION_TOO_SHORT, "caption: {min-words: 1}", "dog"),
          new Case(
              CAPTION_IS_FILE_NAME,
              "caption: {min-words: 1}",
              300,
              300,
              "sunset-04",
              "sunset-04.x"),
          Case.caption(CAPTION_BOILERPLATE, "", "Click to enlarge"),
          Case.caption(CAPTION_MOSTLY_SYMBOLS, "", "a 1234 b 567890"),
          Case.caption(CAPTION_MOSTLY_CAPITALS, "caption: {max-capital-share: 0.5}", "A DOG, A b"),
          Case.caption(CAPTION_REPETITIVE, "", "buy now buy now buy now buy now buy now"),
          Case.caption(
              CAPTION_LANGUAGE_UNSURE, "caption: {min-language-confidence: 1.0}", "ein dog, la si"),
          Case.caption(CAPTION_LANGUAGE_UNWANTED, "caption: {languages: zh}", GOOD));

  static Stream<Case> cases() {
    return CASES.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void waivedReasonDoesNotCount(Case one) {
    assertThat(reasons(one, Set.of())).containsExactly(one.reason());
    assertThat(reasons(one, Set.of(one.reason()))).isEmpty();
  }

  @Test
  void everyWaivableReasonHasAStepThatCanGoOn() {
    Stream<RejectReason> ofMeasures =
        CheckMeasuresTest.LIMITS.stream().map(limit -> (RejectReason) limit.get()[4]);

    assertThat(Stream.concat(CASES.stream().map(Case::reason), ofMeasures)).containsAll(waivable());
  }

  @Test
  void secondReasonOfTheSameStepCountsThoughTheFirstIsWaived() {
    Case smallAndLong = Case.image(IMAGE_TOO_SMALL, 10, 300);

    assertThat(reasons(smallAndLong, Set.of())).containsExactly(IMAGE_TOO_SMALL);
    assertThat(reasons(smallAndLong, Set.of(IMAGE_TOO_SMALL))).containsExactly(IMAGE_TOO_ELONGATED);
    assertThat(reasons(smallAndLong, Set.of(IMAGE_TOO_SMALL, IMAGE_TOO_ELONGATED))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("unwaivable")
  void whatProtectsAPersonCannotBeWaived(RejectReason reason) {
    assertThatThrownBy(
            () ->
                new SubmittedPair(
                    new EncodedImage(new byte[] {1}),
                    new ReceivedCaption(GOOD, "en", ""),
                    Map.of(),
                    Set.of(reason)))
        .hasMessage(reason + " cannot be waived");
  }

  static Stream<RejectReason> unwaivable() {
    return Stream.concat(
        Stream.of(
            RejectReason.WITHDRAWN,
            RejectReason.IMAGE_FORBIDDEN,
            RejectReason.PICTURE_FORBIDDEN,
            RejectReason.MODEL_REFUSED,
            RejectReason.CAPTION_FLAGGED_WORDS,
            RejectReason.CAPTION_HAS_CONTACT,
            RejectReason.DUPLICATE_PAIR,
            RejectReason.DECODER_CRASH,
            RejectReason.IMAGE_TOO_MANY_PIXELS),
        Arrays.stream(RejectReason.values()).filter(reason -> reason.name().startsWith("FETCH_")));
  }

  private static Set<RejectReason> waivable() {
    Set<RejectReason> waivable = EnumSet.noneOf(RejectReason.class);
    Arrays.stream(RejectReason.values()).filter(RejectReason::isWaivable).forEach(waivable::add);
    return waivable;
  }

  private static List<RejectReason> reasons(Case one, Set<RejectReason> waived) {
    return outcome(one, waived).rejectedOnly().stream().map(Rejection::reason).toList();
  }

  private static Outcome<CleanedPair> outcome(Case one, Set<RejectReason> waived) {
    Map<String, Double> measures = new TreeMap<>(CheckMeasuresTest.ORDINARY);
    measures.put("sharpness", 50.0);
    ImageWorker worker =
        (image, plan) ->
            Outcome.kept(SampleImages.prepared(one.widthPx(), one.heightPx(), 1L, measures));
    CleaningPlan plan =
        new CleaningPlan(RecipeReader.parse("recipe", one.recipe()), worker, StepObserver.NONE);
    return plan.gate(
            new SubmittedPair(
                new EncodedImage(ImageFiles.pngDeclaring(one.widthPx(), one.heightPx(), 8, 2)),
                new ReceivedCaption(one.caption(), "en", one.file()),
                Map.of(),
                waived))
        .then(plan::clean);
  }
}
