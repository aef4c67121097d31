package io.pairstream.cleaning;

import java.util.Arrays;
import java.util.Optional;

/**
 * The closed list of reasons for which a record goes to quarantine.
 *
 * <p>The name is part of the contract: it is in every quarantined record. {@link #remedy()} says to
 * the record's author what would be accepted.
 */
public enum RejectReason {
  UNREADABLE_RECORD(
      "Send Avro in Confluent wire format: byte 0, schema id in 4 bytes, the whole body, no more."),
  UNKNOWN_SCHEMA("Register the schema under the topic's subject before sending."),
  SCHEMA_MISMATCH("Write the record with a schema that is compatible with its topic's."),
  RECORD_TOO_LARGE("Send a record of at most 9 MiB."),
  FIELD_INVALID("Shorten the field, or use one of the words that its schema lists."),

  IMAGE_EMPTY("Send the bytes of the image file."),
  IMAGE_TOO_MANY_BYTES("Send a smaller file, for example a JPEG of lower quality."),
  IMAGE_TYPE_UNKNOWN("Send a JPEG, PNG, WebP or GIF file; a web page or text is not an image."),
  IMAGE_TYPE_UNSUPPORTED("Convert the image to JPEG, PNG, WebP or GIF."),
  IMAGE_HEADER_DAMAGED("Send the whole, unchanged image file."),
  IMAGE_METADATA_TOO_LARGE("Remove the texts and the colour profile from the image file."),
  IMAGE_TOO_MANY_PIXELS("Scale the image down before sending."),
  IMAGE_TOO_COSTLY(
      "Scale the image down, or save it as an ordinary JPEG, or with 8 bits per channel."),
  IMAGE_TOO_SMALL("Send the image in a higher resolution.", Kind.TASTE),
  IMAGE_TOO_ELONGATED("Crop the image closer to a square.", Kind.TASTE),
  IMAGE_COLOUR_MODEL_UNSUPPORTED("Convert the image to RGB or greyscale."),
  IMAGE_DEPTH_UNSUPPORTED("Convert the image to 8 bits per channel."),
  IMAGE_COLOUR_PROFILE_UNSUPPORTED("Convert the image to sRGB."),
  IMAGE_ANIMATED("Send a single frame."),
  CROP_BOX_INVALID(
      "Write crop_box as x,y,width,height, in whole pixels that lie on the upright image."),
  IMAGE_SMALLER_THAN_TARGET("Send the image in a higher resolution."),
  PREPARED_IMAGE_TOO_LARGE(
      "Nothing to do: the recipe asks for more pixels of this image than a record carries."),
  IMAGE_DAMAGED(
      "Send the file again, whole and unchanged; a viewer may not show that a part is missing."),
  DECODER_CRASH("Re-encode the image with another program; the decoder cannot survive this file."),
  DECODE_TIMEOUT("Re-encode the image with another program; it takes too long to decode."),

  WITHDRAWN(
      "Do not send this again; it was withdrawn, or comes from a withdrawn source.",
      Kind.NEVER_KEPT),
  IMAGE_FORBIDDEN("Do not send this file again.", Kind.NEVER_KEPT),
  PICTURE_FORBIDDEN("Do not send this picture again, in any file.", Kind.NEVER_KEPT),
  IMAGE_ONE_COLOUR(
      "Send a picture that shows something; this one has a single colour.", Kind.TASTE),
  IMAGE_BLURRED("Send a sharper picture.", Kind.TASTE),
  IMAGE_PLAIN("Send a picture that shows more; this one has hardly any detail.", Kind.TASTE),
  IMAGE_BADLY_EXPOSED("Send a picture that is neither too dark nor too bright.", Kind.TASTE),
  IMAGE_LOW_CONTRAST("Send a picture with more contrast.", Kind.TASTE),
  IMAGE_COLOURLESS("Send a picture with more colour.", Kind.TASTE),
  IMAGE_HAS_BORDERS("Cut off the bars at the picture's sides.", Kind.TASTE),
  IMAGE_OVERCOMPRESSED("Send the picture in a higher quality.", Kind.TASTE),
  SCORE_OUT_OF_RANGE(
      "Send another picture, or another caption; a model judges this pair unsuitable."),

  CAPTION_NOT_UTF8("Encode the caption in UTF-8."),
  CAPTION_TOO_LONG("Send a shorter caption.", Kind.TASTE),
  CAPTION_TOO_SHORT("Describe what the image shows in a few words.", Kind.TASTE),
  CAPTION_TANGLED("Send plain text, without entities, markup or addresses inside each other."),
  CAPTION_HAS_LINK("Take web addresses out of the caption."),
  CAPTION_HAS_CONTACT("Take e-mail addresses and telephone numbers out of the caption."),
  CAPTION_IS_FILE_NAME("Describe what the image shows; a file name is not a caption.", Kind.TASTE),
  CAPTION_BOILERPLATE("Describe what the image shows; this text would fit any image.", Kind.TASTE),
  CAPTION_MOSTLY_SYMBOLS(
      "Describe the image in words; most of this text is not letters.", Kind.TASTE),
  CAPTION_MOSTLY_CAPITALS("Write the caption as a sentence, not in capitals.", Kind.TASTE),
  CAPTION_REPETITIVE("Say each thing once.", Kind.TASTE),
  CAPTION_FLAGGED_WORDS("Describe the image without the words on the recipe's list."),
  CAPTION_LANGUAGE_UNSURE(
      "Write whole sentences in one language, and name it with the pair.", Kind.TASTE),
  CAPTION_LANGUAGE_UNWANTED(
      "Send a caption in one of the languages that the recipe lists.", Kind.TASTE),

  FETCH_URL_INVALID("Send the image's own address, http or https, without user name or password."),
  FETCH_ADDRESS_REFUSED("Put the image where everybody on the internet can fetch it."),
  FETCH_DNS("Check the host name; it does not resolve."),
  FETCH_CONNECTION("Nothing to do, or check that the host answers: the connection failed."),
  FETCH_TLS("Give the host a certificate that is valid for its name."),
  FETCH_TIMEOUT("Put the image on a faster host, or send a smaller file."),
  FETCH_NOT_FOUND("Check the address; the host does not know the image."),
  FETCH_GONE("Send another address; the host has removed the image for good."),
  FETCH_FORBIDDEN("Send the image's file, if you may; the host refuses it to us."),
  FETCH_THROTTLED("Nothing to do: the host asks for fewer requests; try again later."),
  FETCH_SERVER_ERROR("Nothing to do: the host has an error; try again later."),
  FETCH_STATUS("Send an address at which the host answers 200 with the image."),
  FETCH_REDIRECT("Send the image's final address, behind all redirects."),
  FETCH_ROBOTS("Do not send images of this host; its robots.txt forbids us to fetch them."),
  FETCH_OPTED_OUT("Do not send this image; its host does not want it used for training."),
  FETCH_TOO_LARGE("Send the address of a smaller file."),
  FETCH_NOT_AN_IMAGE(
      "Send the address of a JPEG, PNG, WebP or GIF file, not of a page that shows it."),
  FETCH_DIGEST_MISMATCH("Send the digest of the file that is at the address now."),

  DUPLICATE_PAIR(
      "Nothing to do: the same image with the same caption, once cleaned, is already accepted."),
  NEAR_COPY("Nothing to do; the picture is in the data already, in another file."),
  BRIDGES_SPLITS(
      "Nothing to do; the picture nearly copies one for training and one that is held out."),
  STEP_CRASHED("Nothing to do: this is our fault; the record is kept for a replay.");

  private final String remedy;
  private final Kind kind;

  RejectReason(String remedy) {
    this(remedy, Kind.FAULT);
  }

  RejectReason(String remedy, Kind kind) {
    this.remedy = remedy;
    this.kind = kind;
  }

  private enum Kind {
    FAULT,

    /**
     * Matters of taste, in which a person may judge otherwise than the recipe. Not among them:
     * reasons that protect people or the decoder, reasons about content, copies or privacy, and
     * reasons after which no step can continue. Model scores are not either: a model may look for
     * forbidden content.
     */
    TASTE,

    NEVER_KEPT
  }

  /** The reason of that name; none where another version gave it, or where the name is empty. */
  public static Optional<RejectReason> named(String name) {
    return Arrays.stream(values()).filter(known -> known.name().equals(name)).findFirst();
  }

  /** Advice to the record's author, in a sentence. */
  public String remedy() {
    return remedy;
  }

  /**
   * Whether quarantine may keep the original record: not if its content is withdrawn or forbidden.
   */
  public boolean keepsOriginal() {
    return kind != Kind.NEVER_KEPT;
  }

  /**
   * Whether a person may let a pair in that was rejected for this. Then every step that finds it
   * continues as if it had not, if it has anything to continue with: an empty caption stays too
   * short.
   */
  public boolean isWaivable() {
    return kind == Kind.TASTE;
  }
}
