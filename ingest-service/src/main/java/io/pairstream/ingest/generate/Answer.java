package io.pairstream.ingest.generate;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

/**
 * What an images API said to one request, or a host to the request for an image. Texts hold neither
 * the prompt nor the key. A {@code pause} of zero says nothing.
 */
sealed interface Answer {

  /**
   * Images came, perhaps fewer than were asked for.
   *
   * @param images at least one
   * @param missing why each of the others did not come
   * @param requestId the API's name for the request; empty where it gives none
   */
  record Images(List<Image> images, List<Refused> missing, String requestId) implements Answer {}

  /** The API does not draw this prompt, and will not when it is asked again. */
  record Refused(RefusalReason reason, String detail) implements Answer {}

  /** Too many requests: nobody may ask before {@code pause} is over. */
  record Busy(Duration pause, String detail) implements Answer {}

  /** It went wrong this time and may go well the next. */
  record Trouble(Duration pause, String detail) implements Answer {

    Trouble(String detail) {
      this(Duration.ZERO, detail);
    }
  }

  /** No prompt is drawn before a person changes something. */
  record Hopeless(String detail) implements Answer {}

  /**
   * One image.
   *
   * @param mediaType empty where nobody names it
   * @param revisedPrompt the prompt that the API drew in place of the one that was sent; empty
   *     where it does not say
   */
  record Image(ByteBuffer bytes, String mediaType, String revisedPrompt) implements Answer {}
}
