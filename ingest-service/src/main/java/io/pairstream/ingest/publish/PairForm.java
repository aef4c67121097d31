package io.pairstream.ingest.publish;

import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.caption.LanguageTag;
import io.pairstream.cleaning.image.CheckImageSize;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ProbeImage;
import io.pairstream.cleaning.image.ProbedImage;
import io.pairstream.schemas.FieldRule;
import io.pairstream.schemas.LabelRule;
import io.pairstream.schemas.LinkHost;
import io.pairstream.schemas.PairIdentity;
import io.pairstream.schemas.PairLink;
import io.pairstream.schemas.PairMetadata;
import io.pairstream.schemas.RawPair;
import io.pairstream.schemas.SourceKind;
import io.pairstream.schemas.topics.RecordSizes;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecord;

/**
 * The fields of one pair as they come in, whatever their format, and what they must be.
 *
 * <p>Everything that would make the topology find the record itself at fault is refused here, with
 * the same words. What a recipe asks (size, language, wording) is for the topology to judge.
 *
 * <p>Every method throws {@link Problem} for what cannot be taken. Not thread-safe.
 */
public final class PairForm {

  /** Longest caption, in bytes of UTF-8: thirty times what recipes take. */
  public static final int MAX_CAPTION_BYTES = 64 * 1024;

  /** Longest other field, in bytes of UTF-8. */
  public static final int MAX_FIELD_BYTES = FieldRule.MAX_BYTES;

  /** Most annotations. */
  public static final int MAX_ANNOTATIONS = 64;

  /** Longest name of an annotation, in bytes of UTF-8. */
  public static final int MAX_NAME_BYTES = 200;

  /** Prefix of an annotation's name in forms, which have no objects. */
  public static final String ANNOTATION_PREFIX = "annotations.";

  private static final String FILE_NAME = "file_name";
  private static final String LABELS = "labels";
  private static final CheckImageSize SIZE = new CheckImageSize();

  /**
   * Bytes of decoding that a sent byte pays for. An ordinary photograph takes fewer, a drawing that
   * is stored well or a progressive file some more, a bomb hundreds.
   */
  private static final int DECODED_PER_SENT = 16;

  private static final Set<String> TEXTS =
      Set.of(
          "caption",
          "language",
          "url",
          "licence",
          "contributor",
          "source_kind",
          "media_type",
          "expected_digest");

  private final Set<String> seen = new HashSet<>();
  private final Map<String, String> texts = new HashMap<>();
  private final Map<String, String> annotations = new LinkedHashMap<>();
  private List<String> labels = List.of();
  private byte[] image = new byte[0];
  private String partType = "";
  private boolean hasImage;

  /**
   * A pair or a link that can be published.
   *
   * @param record a {@link RawPair}, or a {@link PairLink} whose image is to be fetched
   * @param extraBytes bytes that it counts against its sender's quota besides those sent; 0 for a
   *     link, whose image is unknown
   */
  public record Submission(SpecificRecord record, long extraBytes) {}

  /** Whether there is a text field of that name. */
  public static boolean isText(String field) {
    return TEXTS.contains(field);
  }

  /**
   * Takes a text field.
   *
   * @param field one of the known names, {@code labels}, whose value holds all of them with {@link
   *     LabelRule#SEPARATOR} between, or {@link #ANNOTATION_PREFIX} and a name
   */
  public void text(String field, String value) {
    if (field.equals(LABELS)) {
      labels(List.of(value));
      return;
    }
    if (field.startsWith(ANNOTATION_PREFIX)) {
      annotation(field.substring(ANNOTATION_PREFIX.length()), value);
      return;
    }
    if (!TEXTS.contains(field)) {
      throw refused(
          field,
          "there is no field %s; there are image, labels, %s and annotations"
              .formatted(shown(field), String.join(", ", new TreeSet<>(TEXTS))));
    }
    seeFirst(field);
    // An input that was not filled in comes as an empty one.
    if (!value.isEmpty()) {
      texts.put(field, value);
    }
  }

  /** Takes the labels, as they come. */
  public void labels(List<String> values) {
    seeFirst(LABELS);
    labels = LabelRule.cleaned(values);
    LabelRule.fault(labels)
        .ifPresent(
            fault -> {
              throw refused(LABELS, fault);
            });
  }

  private void seeFirst(String field) {
    if (!seen.add(field)) {
      throw refused(field, "the field " + field + " is there twice");
    }
  }

  /** Takes an annotation. */
  public void annotation(String name, String value) {
    String field = ANNOTATION_PREFIX + name;
    if (name.isEmpty() || FieldRule.utf8Bytes(name) > MAX_NAME_BYTES || !FieldRule.isPlain(name)) {
      throw refused(
          "annotations",
          "an annotation's name has 1 to " + MAX_NAME_BYTES + " bytes without control characters");
    }
    if (FieldRule.utf8Bytes(value) > MAX_FIELD_BYTES) {
      throw tooLong(field, FieldRule.utf8Bytes(value), MAX_FIELD_BYTES);
    }
    if (!FieldRule.isEncodable(value)) {
      throw refused(field, "the annotation holds half a character, which has no form in UTF-8");
    }
    if (annotations.putIfAbsent(name, value) != null) {
      throw refused(field, "the annotation " + shown(name) + " is there twice");
    }
    if (annotations.size() > MAX_ANNOTATIONS) {
      throw refused("annotations", "there may be at most " + MAX_ANNOTATIONS + " annotations");
    }
  }

  /** Takes the image's bytes, which must not be changed afterwards. */
  public void image(byte[] bytes) {
    if (hasImage) {
      throw refused("image", "there are two images; send each with its own caption");
    }
    hasImage = true;
    image = bytes;
  }

  /** Takes the image's file name, as its sender calls it, where it is one. */
  public void fileName(String path) {
    String name = path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
    if (!name.isBlank()
        && FieldRule.utf8Bytes(name) <= 255
        && FieldRule.isPlain(name)
        && annotations.size() < MAX_ANNOTATIONS) {
      annotations.putIfAbsent(FILE_NAME, name);
    }
  }

  /** Takes the media type that stands with the image's bytes, for where no field says one. */
  public void mediaType(String declared) {
    partType = declared;
  }

  /** The pair; refused where the image is missing. */
  public Submission pair(Principal sender) {
    if (!hasImage) {
      throw refused("image", "the image is missing; it goes into the field image");
    }
    return submission(sender);
  }

  /** The pair where there is an image; else the link. */
  public Submission submission(Principal sender) {
    String caption = caption();
    String language = language();
    String mediaType = texts.getOrDefault("media_type", partType);
    checkField("url", texts.getOrDefault("url", ""), LinkHost.MAX_URL_BYTES);
    checkField("licence", texts.getOrDefault("licence", ""), MAX_FIELD_BYTES);
    checkField("contributor", texts.getOrDefault("contributor", ""), MAX_FIELD_BYTES);
    checkField("media_type", mediaType, MAX_FIELD_BYTES);
    // A producer with a key is the contributor of what says nothing else.
    String own = sender.keyId().isEmpty() ? "" : sender.producer();
    String contributor = texts.getOrDefault("contributor", own);
    if (!hasImage) {
      return new Submission(link(caption, language, contributor), 0);
    }
    long extraBytes = Math.max(0, checked(image).decodingBytes() / DECODED_PER_SENT - image.length);
    checkDigest();
    RawPair pair =
        // Names with one hash code make a tree in a HashMap; Map.copyOf would compare each with
        // all.
        RawPair.newBuilder()
            .setImage(ByteBuffer.wrap(image))
            .setCaption(caption)
            .setLanguage(language)
            .setMetadata(
                metadata(contributor, SourceKind.CROWDSOURCED)
                    .setProducer(sender.producer())
                    .build())
            .setMediaType(mediaType)
            .setAnnotations(Collections.unmodifiableMap(new HashMap<>(annotations)))
            .build();
    return new Submission(pair, extraBytes);
  }

  private PairLink link(String caption, String language, String contributor) {
    if (texts.getOrDefault("url", "").isEmpty()) {
      throw refused(
          "image", "there is neither an image nor a url; the image is base64, the url an address");
    }
    try {
      return LinkPublisher.checked(
          PairLink.newBuilder()
              .setMetadata(metadata(contributor, SourceKind.SCRAPED).build())
              .setCaption(caption)
              .setLanguage(language)
              .setExpectedDigest(texts.getOrDefault("expected_digest", ""))
              .setAnnotations(Collections.unmodifiableMap(new HashMap<>(annotations)))
              .build());
    } catch (InvalidLinkException e) {
      throw refused(e.field(), e.getMessage());
    }
  }

  private PairMetadata.Builder metadata(String contributor, SourceKind usual) {
    return PairMetadata.newBuilder()
        .setSourceKind(sourceKind(usual))
        .setContributor(contributor)
        .setUrl(texts.getOrDefault("url", ""))
        .setLicence(texts.getOrDefault("licence", ""))
        .setLabels(labels);
  }

  private String caption() {
    String caption = texts.getOrDefault("caption", "");
    if (caption.isBlank()) {
      throw refused("caption", "the caption is missing or empty; say what the image shows");
    }
    if (FieldRule.utf8Bytes(caption) > MAX_CAPTION_BYTES) {
      throw tooLong("caption", FieldRule.utf8Bytes(caption), MAX_CAPTION_BYTES);
    }
    if (!FieldRule.isEncodable(caption)) {
      throw refused(
          new Rejection(
              RejectReason.CAPTION_NOT_UTF8,
              "the caption holds half a character, which has no form in UTF-8",
              Measured.NONE));
    }
    return caption;
  }

  private String language() {
    String language = texts.getOrDefault("language", "").strip();
    if (!language.isEmpty()
        && !language.equalsIgnoreCase(LanguageTag.UNKNOWN)
        && LanguageTag.ofHint(language).equals(LanguageTag.UNKNOWN)) {
      throw refused(
          "language", "the language is no tag such as en, zh or zh-Hant; leave it out if unknown");
    }
    return language;
  }

  private String sourceKind(SourceKind usual) {
    String name = texts.getOrDefault("source_kind", usual.name());
    List<String> names = Arrays.stream(SourceKind.values()).map(SourceKind::name).toList();
    if (!names.contains(name)) {
      throw refused("source_kind", "source_kind is one of " + names);
    }
    return name;
  }

  private void checkDigest() {
    String expected = texts.getOrDefault("expected_digest", "").toLowerCase(Locale.ROOT);
    if (!expected.isEmpty() && !expected.equals(PairIdentity.imageDigest(ByteBuffer.wrap(image)))) {
      throw refused(
          "expected_digest",
          "the image's SHA-256 is another than expected_digest; it was changed on the way, or the"
              + " digest is another file's");
    }
  }

  private static void checkField(String field, String value, int maxBytes) {
    if (FieldRule.utf8Bytes(value) > maxBytes) {
      throw tooLong(field, FieldRule.utf8Bytes(value), maxBytes);
    }
    if (!FieldRule.isPlain(value)) {
      throw refused(
          field, "the field " + field + " holds control characters, or bytes that are not UTF-8");
    }
  }

  private static Problem tooLong(String field, int bytes, int limit) {
    Problem problem =
        Problem.of(ProblemKind.PAIR_REFUSED, "the field " + shown(field) + " is too long");
    return measured(problem, Measured.atMost("field_bytes", bytes, limit, "bytes"))
        .with("field", shown(field));
  }

  static Problem refused(String field, String detail) {
    return Problem.of(ProblemKind.PAIR_REFUSED, detail).with("field", shown(field));
  }

  /** A client's name made safe to show: short and without control characters. */
  private static String shown(String name) {
    StringBuilder shown = new StringBuilder();
    name.codePoints()
        .limit(60)
        .map(
            c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE ? '?' : c)
        .forEach(shown::appendCodePoint);
    return shown.toString();
  }

  /**
   * Reads the image's header.
   *
   * @throws Problem with the topology's words where the topology would reject the image
   */
  private static ProbedImage checked(byte[] image) {
    if (image.length > RecordSizes.MAX_IMAGE) {
      Rejection tooMany =
          new Rejection(
              RejectReason.IMAGE_TOO_MANY_BYTES,
              "the image has " + image.length + " bytes; the limit is 8 MiB",
              Measured.atMost("original_bytes", image.length, RecordSizes.MAX_IMAGE, "bytes"));
      throw problem(ProblemKind.BODY_TOO_LARGE, tooMany).with("field", "image");
    }
    return new ProbeImage()
        .apply(new EncodedImage(image))
        .then(SIZE)
        .fold(
            probed -> probed,
            rejection -> {
              throw refused(rejection);
            });
  }

  /** A rejection as a caller reads it. */
  static Problem refused(Rejection rejection) {
    return problem(ProblemKind.PAIR_REFUSED, rejection);
  }

  private static Problem problem(ProblemKind kind, Rejection rejection) {
    Problem problem =
        Problem.of(kind, rejection.detail())
            .with("reason", rejection.reason().name())
            .with("remedy", rejection.reason().remedy());
    return measured(problem, rejection.measured());
  }

  /** Adds what was measured, in words and as data. */
  static Problem measured(Problem problem, Measured by) {
    Problem with = by.inWords().isEmpty() ? problem : problem.with("measured", by.inWords());
    with = by.limitInWords().isEmpty() ? with : with.with("limit", by.limitInWords());
    return by.equals(Measured.NONE) ? with : with.with("measurement", by);
  }
}
