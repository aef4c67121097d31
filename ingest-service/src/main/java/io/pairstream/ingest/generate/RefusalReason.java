package io.pairstream.ingest.generate;

/** Why a prompt gives no image, or fewer than were asked for. */
public enum RefusalReason {
  /** The API's moderation does not let it pass. */
  CONTENT_POLICY,
  /** The API cannot do anything with it: too long, a size that it does not know. */
  BAD_PROMPT,
  /** The API answered without an image, or without some, and gave no reason. */
  IMAGE_MISSING,
  /** The image is larger than a pair may be. */
  IMAGE_TOO_LARGE
}
