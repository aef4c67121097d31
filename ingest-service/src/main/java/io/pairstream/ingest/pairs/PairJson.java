package io.pairstream.ingest.pairs;

import com.fasterxml.jackson.core.Base64Variant;
import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamReadException;
import io.pairstream.schemas.wire.StrictUtf8;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A pair as a JSON object: {@code {"caption": …, "image": base64 or "url": address, …}}.
 *
 * <p>The image is decoded while it is read, so that its text is never held beside it.
 */
public final class PairJson {

  private static final Base64Variant BASE64 = Base64Variants.MIME_NO_LINEFEEDS.withPaddingAllowed();

  private PairJson() {}

  /**
   * Reads one object.
   *
   * @param json the text, from 0 up to {@code length}
   * @param what the text is, for problems
   * @throws Problem {@link ProblemKind#BODY_MALFORMED} where it is no JSON object, {@link
   *     ProblemKind#PAIR_REFUSED} where a field is not what it must be
   */
  public static PairForm read(byte[] json, int length, String what) {
    // Jackson lets some malformed bytes pass as characters.
    if (!StrictUtf8.isUtf8(ByteBuffer.wrap(json, 0, length))) {
      throw malformed(what + " is not UTF-8");
    }
    PairForm form = new PairForm();
    try (JsonParser parser = Json.MAPPER.createParser(json, 0, length)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw malformed(what + " is not a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        JsonToken value = parser.nextToken();
        if (value != JsonToken.VALUE_NULL) {
          field(form, field, value, parser);
        }
      }
      if (parser.nextToken() != null) {
        throw malformed("something follows the JSON object");
      }
      return form;
    } catch (JsonProcessingException e) {
      // Its own message may quote the body.
      long at = e.getLocation() == null ? -1 : e.getLocation().getByteOffset();
      throw malformed(
          what
              + " is not JSON"
              + (at < 0 ? "" : "; it stops being so near byte " + at)
              + (e instanceof StreamReadException read && isDuplicate(read)
                  ? ": a name is there twice"
                  : ""));
    } catch (IOException e) {
      throw new IllegalStateException("bytes in memory are always read", e);
    }
  }

  private static void field(PairForm form, String field, JsonToken value, JsonParser parser)
      throws IOException {
    if (field.equals("image")) {
      if (value != JsonToken.VALUE_STRING) {
        throw PairForm.refused("image", "the image is a string in base64");
      }
      form.image(base64(parser));
    } else if (field.equals("annotations")) {
      annotations(form, value, parser);
    } else if (value == JsonToken.VALUE_STRING) {
      form.text(field, parser.getText());
    } else if (PairForm.isText(field)) {
      throw PairForm.refused(field, "the field " + field + " is a string");
    } else {
      form.text(field, "");
    }
  }

  private static byte[] base64(JsonParser parser) throws IOException {
    try {
      return parser.getBinaryValue(BASE64);
    } catch (JsonProcessingException e) {
      throw PairForm.refused(
          "image", "the image is not base64 as RFC 4648, section 4 writes it, on one line");
    }
  }

  private static void annotations(PairForm form, JsonToken value, JsonParser parser)
      throws IOException {
    if (value != JsonToken.START_OBJECT) {
      throw PairForm.refused("annotations", "annotations is an object with a string for each name");
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken annotation = parser.nextToken();
      if (!annotation.isScalarValue()) {
        throw PairForm.refused("annotations", "an annotation is a string, a number or a boolean");
      }
      if (annotation != JsonToken.VALUE_NULL) {
        form.annotation(name, parser.getText());
      }
    }
  }

  private static boolean isDuplicate(StreamReadException e) {
    return String.valueOf(e.getOriginalMessage()).startsWith("Duplicate field");
  }

  private static Problem malformed(String detail) {
    return Problem.of(ProblemKind.BODY_MALFORMED, detail);
  }
}
