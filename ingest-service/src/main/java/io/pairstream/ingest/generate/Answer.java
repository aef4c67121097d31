package io.pairstream.ingest.generate;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What an images API said to one request, or a host to the request for an image. Texts hold neither
 * the prompt nor the key.
 */
sealed interface Answer {

  /**
   * Images came, perhaps fewer than were asked for.
   *
   * @param images at least one
   * @param missing why each of the others did not come
   * @param mediaType media type that the API names; empty where it names none
   * @param requestId the API's name for the request; empty where it gives none
   */
  record Images(List<Image> images, List<Refused> missing, String mediaType, String requestId)
      implements Answer {

    public Images {
      images = List.copyOf(images);
      missing = List.copyOf(missing);
    }
  }

  /** The API does not draw this prompt, and will not when it is asked again. */
  record Refused(RefusalReason reason, String detail) implements Answer {}

  /** Too many requests: nobody may ask before {@code pause} is over, or before a guess of ours. */
  record Busy(Optional<Duration> pause, String detail) implements Answer {}

  /** It went wrong this time and may go well the next. */
  record Trouble(Optional<Duration> pause, String detail) implements Answer {}

  /** No prompt is drawn before a person changes something. */
  record Hopeless(String detail) implements Answer {}

  /**
   * One image.
   *
   * @param bytes the encoded image
   * @param mediaType media type that its host names; empty where it names none
   * @param revisedPrompt the prompt that the API drew in place of the one that was sent; empty
   *     where it does not say
   */
  record Image(ByteBuffer bytes, String mediaType, String revisedPrompt) implements Answer {}
}
