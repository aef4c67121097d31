package io.pairstream.cleaning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The closed list of reasons for which a record goes to quarantine.
 *
 * <p>The name is part of the contract: it is in every quarantined record. Its words are in {@link
 * #WORDS}, from which pages, commands and docs/reasons.md take them.
 */
public enum RejectReason {
  UNREADABLE_RECORD,
  UNKNOWN_SCHEMA,
  SCHEMA_MISMATCH,
  RECORD_TOO_LARGE,
  FIELD_INVALID,

  IMAGE_EMPTY,
  IMAGE_TOO_MANY_BYTES,
  IMAGE_TYPE_UNKNOWN,
  IMAGE_TYPE_UNSUPPORTED,
  IMAGE_HEADER_DAMAGED,
  IMAGE_METADATA_TOO_LARGE,
  IMAGE_TOO_MANY_PIXELS,
  IMAGE_TOO_COSTLY,
  IMAGE_TOO_SMALL(Kind.TASTE),
  IMAGE_TOO_ELONGATED(Kind.TASTE),
  IMAGE_COLOUR_MODEL_UNSUPPORTED,
  IMAGE_DEPTH_UNSUPPORTED,
  IMAGE_COLOUR_PROFILE_UNSUPPORTED,
  IMAGE_ANIMATED,
  CROP_BOX_INVALID,
  IMAGE_SMALLER_THAN_TARGET,
  PREPARED_IMAGE_TOO_LARGE,
  IMAGE_DAMAGED,
  DECODER_CRASH,
  DECODE_TIMEOUT,

  WITHDRAWN(Kind.NEVER_KEPT),
  IMAGE_FORBIDDEN(Kind.NEVER_KEPT),
  PICTURE_FORBIDDEN(Kind.NEVER_KEPT),
  IMAGE_ONE_COLOUR(Kind.TASTE),
  IMAGE_BLURRED(Kind.TASTE),
  IMAGE_PLAIN(Kind.TASTE),
  IMAGE_BADLY_EXPOSED(Kind.TASTE),
  IMAGE_LOW_CONTRAST(Kind.TASTE),
  IMAGE_COLOURLESS(Kind.TASTE),
  IMAGE_HAS_BORDERS(Kind.TASTE),
  IMAGE_OVERCOMPRESSED(Kind.TASTE),
  MODEL_REFUSED,

  CAPTION_NOT_UTF8,
  CAPTION_TOO_LONG(Kind.TASTE),
  CAPTION_TOO_SHORT(Kind.TASTE),
  CAPTION_TANGLED,
  CAPTION_HAS_LINK,
  CAPTION_HAS_CONTACT,
  CAPTION_IS_FILE_NAME(Kind.TASTE),
  CAPTION_BOILERPLATE(Kind.TASTE),
  CAPTION_MOSTLY_SYMBOLS(Kind.TASTE),
  CAPTION_MOSTLY_CAPITALS(Kind.TASTE),
  CAPTION_REPETITIVE(Kind.TASTE),
  CAPTION_FLAGGED_WORDS,
  CAPTION_LANGUAGE_UNSURE(Kind.TASTE),
  CAPTION_LANGUAGE_UNWANTED(Kind.TASTE),

  REFUSED_BY_PLUGIN,
  PLUGIN_CRASHED,

  FETCH_URL_INVALID,
  FETCH_ADDRESS_REFUSED,
  FETCH_DNS,
  FETCH_CONNECTION,
  FETCH_TLS,
  FETCH_TIMEOUT,
  FETCH_NOT_FOUND,
  FETCH_GONE,
  FETCH_FORBIDDEN,
  FETCH_THROTTLED,
  FETCH_SERVER_ERROR,
  FETCH_STATUS,
  FETCH_REDIRECT,
  FETCH_ROBOTS,
  FETCH_OPTED_OUT,
  FETCH_TOO_LARGE,
  FETCH_NOT_AN_IMAGE,
  FETCH_DIGEST_MISMATCH,

  DUPLICATE_PAIR,
  NEAR_COPY,
  BRIDGES_SPLITS,
  TOO_MANY_CAPTIONS,
  STEP_CRASHED;

  /** Where on the class path each reason's title and remedy lie, in every language of the pages. */
  public static final String WORDS = "/io/pairstream/cleaning/reasons.json";

  private final Kind kind;

  RejectReason() {
    this(Kind.FAULT);
  }

  RejectReason(Kind kind) {
    this.kind = kind;
  }

  private enum Kind {
    FAULT,

    /**
     * Matters of taste, in which a person may judge otherwise than the recipe. Not among them:
     * reasons that protect people or the decoder, reasons about content, copies or privacy, and
     * reasons after which no step can continue. What models refuse is not either: a model may look
     * for forbidden content; nor what a plugin refuses, for the same reason.
     */
    TASTE,

    NEVER_KEPT
  }

  /** The reason of that name; none where another version gave it, or where the name is empty. */
  public static Optional<RejectReason> named(String name) {
    return Arrays.stream(values()).filter(known -> known.name().equals(name)).findFirst();
  }

  /** The record's fault in a few words, without a full stop. */
  public String title() {
    return Words.of(this).path("title").textValue();
  }

  /** A number with its unit, in English; with the unit's name where another version gave it. */
  static String withUnit(String unit, String number) {
    return Stream.of(unit + "_" + number, unit)
        .map(name -> Words.TEXTS.path("unit").path(name).path("en"))
        .filter(JsonNode::isTextual)
        .findFirst()
        .map(words -> words.textValue().replace("{value}", number))
        .orElse(number + " " + unit);
  }

  /** Advice to the record's author, in a sentence. */
  public String remedy() {
    return Words.of(this).path("remedy").textValue();
  }

  /**
   * Whether quarantine may keep the original record: not if its content is withdrawn or forbidden.
   */
  public boolean keepsOriginal() {
    return kind != Kind.NEVER_KEPT;
  }

  /** Whether a step failed, ours or the data set's own: the fault is not the record's. */
  public boolean isCrash() {
    return this == STEP_CRASHED || this == PLUGIN_CRASHED;
  }

  /**
   * Whether a person may let a pair in that was rejected for this. Then every step that finds it
   * continues as if it had not, if it has anything to continue with: an empty caption stays too
   * short.
   */
  public boolean isWaivable() {
    return kind == Kind.TASTE;
  }

  /** Loads the words when they are first asked for, which an image worker never does. */
  private static final class Words {
    static final JsonNode TEXTS = load();

    static JsonNode of(RejectReason reason) {
      return TEXTS.path("reason").path(reason.name()).path("en");
    }

    private static JsonNode load() {
      try (InputStream file = RejectReason.class.getResourceAsStream(WORDS)) {
        return new JsonMapper().readTree(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
