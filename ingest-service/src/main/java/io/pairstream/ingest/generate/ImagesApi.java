package io.pairstream.ingest.generate;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.service.openai.ApiStoppedException;
import io.pairstream.service.openai.OpenAiApi;
import io.pairstream.service.openai.Reply;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * An images API that speaks as OpenAI's {@code POST /v1/images/generations} does
 * (https://platform.openai.com/docs/api-reference/images/create), by any provider. Thread-safe.
 *
 * <p>Images are taken from its answers alone: no address in them is ever connected to.
 */
public final class ImagesApi {

  /** Bytes read per image: three times the largest, so that too large an image is named as such. */
  private static final int BYTES_PER_IMAGE = 24 * 1024 * 1024;

  private static final int BYTES_BESIDE_IMAGES = 1024 * 1024;

  private final OpenAiApi api;

  /**
   * Images that came.
   *
   * @param images one at least, perhaps fewer than were asked for
   * @param requestId the API's name for the request; empty where it gives none
   */
  record Images(List<Image> images, String requestId) {}

  /**
   * One image.
   *
   * @param mediaType empty where it is unknown
   * @param revisedPrompt what the API says it drew in the prompt's place; empty where it does not
   */
  record Image(ByteBuffer bytes, String mediaType, String revisedPrompt) {}

  /**
   * @param baseUrl as clients of OpenAI's take it, {@code https://api.openai.com/v1}; without a
   *     path, {@code /v1} is added
   * @param key empty where the API wants none
   * @param timeout for a whole call; positive
   * @throws IllegalArgumentException where that is no address of an API, where the key is none, or
   *     would travel in the open
   */
  public ImagesApi(String baseUrl, String key, Duration timeout) {
    this.api =
        new OpenAiApi(
            baseUrl,
            "/images/generations",
            key,
            timeout,
            BYTES_BESIDE_IMAGES + GenerationPlan.MAX_N * BYTES_PER_IMAGE);
  }

  /**
   * Asks once.
   *
   * @param body the request
   * @throws ApiStoppedException where no prompt is drawn before a person changes something
   */
  Reply<Images> ask(PromptFile.Prompt prompt, String body) throws InterruptedException {
    return api.ask(body, prompt.text(), ImagesApi::images);
  }

  private static Reply<Images> images(JsonNode answer, String requestId) {
    List<Image> images = new ArrayList<>();
    String format = answer.path("output_format").asText("");
    for (JsonNode item : answer.path("data")) {
      String base64 = item.path("b64_json").asText("");
      if (!base64.isEmpty()) {
        images.add(
            new Image(
                ByteBuffer.wrap(Base64.getDecoder().decode(base64)),
                format.isEmpty() ? "" : "image/" + format,
                item.path("revised_prompt").asText("")));
      } else if (!item.path("url").asText("").isEmpty()) {
        throw new ApiStoppedException(
            "the API answers with addresses of images, which are not fetched; ask for"
                + " --parameter response_format=b64_json");
      }
    }
    return images.isEmpty()
        ? new Reply.Failed<>(
            "the API answered without an image, as some do where moderation blocks it")
        : new Reply.Given<>(new Images(images, requestId));
  }
}
