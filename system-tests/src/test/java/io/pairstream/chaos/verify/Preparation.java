package io.pairstream.chaos.verify;

import io.pairstream.cleaning.CleanedPair;
import io.pairstream.cleaning.CleaningPlan;
import io.pairstream.cleaning.GatedPair;
import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.StepObserver;
import io.pairstream.cleaning.caption.CheckCaptionLength;
import io.pairstream.cleaning.caption.CheckFlaggedWords;
import io.pairstream.cleaning.caption.CheckRepetition;
import io.pairstream.cleaning.caption.ReceivedCaption;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImageEncoding;
import io.pairstream.cleaning.image.ImageType;
import io.pairstream.cleaning.image.Picture;
import io.pairstream.cleaning.image.PictureColour;
import io.pairstream.cleaning.image.PixelBox;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.ProbedImage;
import io.pairstream.cleaning.language.IdentifyLanguage;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.cleaning.split.Assignment;
import io.pairstream.cleaning.tokens.TokenIds;
import io.pairstream.cleaning.tokens.TokenTarget;
import io.pairstream.cleaning.tokens.TokenizedCaption;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PreparedPair;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.TokenSet;
import io.pairstream.schemas.wire.Replay;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.avro.Schema;
import org.apache.kafka.common.header.Headers;

/**
 * What {@code chaos.yaml} makes of a raw pair, but for its pixels: by the product's own steps for
 * captions and its own split, and written down here once more. Not thread-safe.
 */
final class Preparation {

  /** What only an image worker can say; two outputs of one picture have it alike. */
  private static final Set<String> PIXELS =
      Set.of(
          "image",
          "image_encoding",
          "width",
          "height",
          "channels",
          "colour",
          "renditions",
          "perceptual_hash",
          "media_type");

  /** All others are of the picture. */
  private static final Set<String> WORD_MEASURES =
      Set.of(
          "original_bytes",
          "caption_tokens",
          CheckCaptionLength.CHARACTERS,
          CheckCaptionLength.WORDS,
          CheckRepetition.REPETITION,
          CheckFlaggedWords.FLAGGED_SHARE,
          IdentifyLanguage.CONFIDENCE);

  /** Of the file, which is another for each pair, and of its picture. */
  private static final String BYTES_PER_PIXEL = "bytes_per_pixel";

  /** What is said of in a sentence of its own. */
  private static final Set<String> NAMES = Set.of("pair_id", "image_digest", "split", "origin");

  private static final String MEASURES = "measures";
  private static final Set<String> WORDS = words();

  private final CleaningPlan plan;
  private final CleaningPlan captions;

  private Preparation(CleaningPlan plan, CleaningPlan captions) {
    this.plan = plan;
    this.captions = captions;
  }

  /** Under the recipe that goes with the seeded load. */
  static Preparation underChaosRecipe() {
    try (InputStream yaml = Preparation.class.getResourceAsStream("/chaos/chaos.yaml")) {
      String recipe = new String(yaml.readAllBytes(), StandardCharsets.UTF_8);
      // Where there are no pixels, nothing can be measured.
      return new Preparation(plan(recipe), plan(recipe + "\nquality:\n  measures: none\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CleaningPlan plan(String yaml) {
    return new CleaningPlan(
        RecipeReader.parse("chaos.yaml", yaml), (image, pictures) -> noPixels(), StepObserver.NONE);
  }

  String recipeVersion() {
    return plan.version();
  }

  /** Name of the split in which an image belongs. */
  String splitOf(String imageDigest) {
    return plan.split().assign(imageDigest).split().name();
  }

  /**
   * The output of a raw pair, without pixels and coordinates; empty where its caption is turned
   * away.
   *
   * @param headers of its record
   * @param arrived the time that Kafka gave its record
   */
  Optional<PreparedPair> of(RawPair raw, Headers headers, Instant arrived) {
    Optional<Replay> replay = Replay.read(headers);
    Set<RejectReason> waived = waived(replay);
    byte[] image = new byte[raw.getImage().remaining()];
    raw.getImage().duplicate().get(image);
    ReceivedCaption caption =
        new ReceivedCaption(
            raw.getCaption(),
            raw.getLanguage(),
            raw.getAnnotations().getOrDefault("file_name", raw.getUrl()));
    // What the header of the image would say concerns the pixels only.
    ProbedImage probed =
        new ProbedImage(
            new EncodedImage(image), ImageType.JPEG, 1, 1, 8, ProbedImage.ColourModel.RGB, false);
    return captions
        .clean(new GatedPair(probed, PixelBox.WHOLE, caption, waived))
        .keptOnly()
        .stream()
        .findFirst()
        .map(cleaned -> written(raw, cleaned, replay, waived, arrived));
  }

  private PreparedPair written(
      RawPair raw,
      CleanedPair cleaned,
      Optional<Replay> replay,
      Set<RejectReason> waived,
      Instant arrived) {
    String imageDigest = PairIdentity.imageDigest(raw.getImage());
    Assignment assignment = plan.split().assign(imageDigest);
    TokenizedCaption caption = cleaned.caption();
    TokenTarget main = plan.tokens().main();
    Map<String, Double> measures = new HashMap<>(caption.caption().measures());
    measures.put("original_bytes", (double) cleaned.original().encoded().size());
    measures.put("caption_tokens", (double) caption.tokens().untruncatedCount());
    return PreparedPair.newBuilder()
        .setPairId(PairIdentity.pairId(imageDigest, raw.getCaption()))
        .setNormalisation(plan.normalisation().label())
        .setCaption(caption.caption().text())
        .setLanguage(caption.caption().language())
        .setTokenIds(boxed(caption.tokens()))
        .setTokenCount(caption.tokens().count())
        .setTruncated(caption.tokens().truncated())
        .setPadId(main.padId())
        .setTokenizer(main.tokenizer().name())
        .setTokenizerDigest(main.tokenizer().digest())
        .setTokenSets(tokenSets(caption.further()))
        .setTexts(caption.caption().texts())
        .setImageDigest(imageDigest)
        .setMeasures(measures)
        .setSplit(assignment.split().name())
        .setFold(assignment.fold())
        .setSourceKind(raw.getSourceKind())
        .setContributor(raw.getContributor())
        .setUrl(raw.getUrl())
        .setLicence(raw.getLicence())
        .setReviewId(replay.map(Replay::reviewId).orElse(""))
        .setWaived(waived.stream().map(RejectReason::name).sorted().toList())
        .setRecipeVersion(plan.version())
        .setReceivedAt(raw.getReceivedAt())
        .setPreparedAt(arrived)
        .build();
  }

  private List<TokenSet> tokenSets(List<TokenIds> further) {
    List<TokenSet> sets = new ArrayList<>();
    for (int i = 0; i < further.size(); i++) {
      TokenTarget target = plan.tokens().further().get(i);
      sets.add(
          TokenSet.newBuilder()
              .setName(target.name())
              .setTokenIds(boxed(further.get(i)))
              .setTokenCount(further.get(i).count())
              .setTruncated(further.get(i).truncated())
              .setPadId(target.padId())
              .setTokenizer(target.tokenizer().name())
              .setTokenizerDigest(target.tokenizer().digest())
              .build());
    }
    return sets;
  }

  /** What a raw record decides of its output, but for names and coordinates. */
  static Fields words(PreparedPair pair) {
    Fields words = Fields.of(pair, WORDS);
    pair.getMeasures()
        .forEach(
            (name, value) -> {
              if (WORD_MEASURES.contains(name)) {
                words.with(MEASURES + "." + name, value);
              }
            });
    return words;
  }

  /** What a picture decides of an output. */
  static Fields pixels(PreparedPair pair) {
    Fields pixels = Fields.of(pair, PIXELS);
    Map<String, Double> measures = new HashMap<>(pair.getMeasures());
    measures.keySet().removeAll(WORD_MEASURES);
    measures.forEach((name, value) -> pixels.with(MEASURES + "." + name, value));
    if (measures.containsKey(BYTES_PER_PIXEL)
        && measures.get(BYTES_PER_PIXEL).equals(bytesPerPixel(pair.getMeasures()))) {
      pixels.with(MEASURES + "." + BYTES_PER_PIXEL, "right for the file's size");
    }
    return pixels;
  }

  private static double bytesPerPixel(Map<String, Double> measures) {
    return measures.getOrDefault("original_bytes", 0.0)
        / (measures.getOrDefault("original_width_px", 0.0)
            * measures.getOrDefault("original_height_px", 0.0));
  }

  private static Set<String> words() {
    Set<String> words = new TreeSet<>();
    for (Schema.Field field : PreparedPair.SCHEMA$.getFields()) {
      words.add(field.name());
    }
    words.removeAll(PIXELS);
    words.removeAll(NAMES);
    words.remove(MEASURES);
    return words;
  }

  private static Set<RejectReason> waived(Optional<Replay> replay) {
    Set<RejectReason> waived = new TreeSet<>();
    replay.stream()
        .flatMap(each -> each.waived().stream())
        .flatMap(name -> RejectReason.named(name).stream())
        .filter(RejectReason::isWaivable)
        .forEach(waived::add);
    return waived;
  }

  private static List<Integer> boxed(TokenIds tokens) {
    return Arrays.stream(tokens.ids()).boxed().toList();
  }

  private static Outcome<PreparedImage> noPixels() {
    return Outcome.kept(
        new PreparedImage(
            new Picture(new EncodedImage(new byte[0]), ImageEncoding.JPEG, PictureColour.RGB, 1, 1),
            List.of(),
            1,
            1,
            0,
            Map.of()));
  }
}
