package io.pairstream.ingest.publish;

import com.fasterxml.jackson.core.Base64Variant;
import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamReadException;
import io.pairstream.cleaning.Measured;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.schemas.wire.StrictUtf8;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.http.MultiPartFormData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Promise;

/**
 * A pair as a request's body: a form ({@code multipart/form-data}, RFC 7578), as browsers and curl
 * send files; or a JSON object, {@code {"caption": …, "image": base64 or "url": address, …}}, whose
 * image is decoded while it is read, so that its text is never held beside it.
 */
final class PairBody {

  private static final Base64Variant BASE64 = Base64Variants.MIME_NO_LINEFEEDS.withPaddingAllowed();

  /** Each field once, and the most annotations. */
  private static final int MAX_PARTS = 16 + PairForm.MAX_ANNOTATIONS;

  private static final int MAX_PART_HEAD_BYTES = 4 * 1024;

  private PairBody() {}

  /**
   * Reads a form.
   *
   * @param contentType the header field, with the boundary
   * @throws Problem {@link ProblemKind#BODY_MALFORMED} where it is no form, {@link
   *     ProblemKind#PAIR_REFUSED} where a field is not what it must be
   */
  static PairForm form(String contentType, byte[] body) {
    String boundary = MultiPart.extractBoundary(contentType);
    if (boundary == null || boundary.isEmpty() || boundary.length() > 70) {
      throw malformed("the Content-Type has no boundary of 1 to 70 characters");
    }
    MultiPartFormData.Parser parser = new MultiPartFormData.Parser(boundary);
    parser.setMaxParts(MAX_PARTS);
    parser.setPartHeadersMaxLength(MAX_PART_HEAD_BYTES);
    parser.setMaxLength(-1);
    parser.setMaxFileSize(-1);
    parser.setMaxMemoryFileSize(-1);
    parser.setUseFilesForPartsWithoutFileName(false);
    CompletableFuture<MultiPartFormData.Parts> parsed = new CompletableFuture<>();
    parser.parse(Content.Source.from(ByteBuffer.wrap(body)), Promise.Invocable.toPromise(parsed));
    try (MultiPartFormData.Parts parts = parsed.join()) {
      PairForm form = new PairForm();
      for (MultiPart.Part part : parts) {
        field(form, part);
      }
      return form;
    } catch (CompletionException | IllegalStateException | IllegalArgumentException e) {
      throw malformed(
          "the body is no multipart/form-data with the declared boundary, or has more than %s parts"
              .formatted(MAX_PARTS));
    }
  }

  private static void field(PairForm form, MultiPart.Part part) {
    String name = part.getName();
    if (name == null) {
      throw malformed("a part of the form has no name");
    }
    byte[] content = content(part);
    if (name.equals("image")) {
      form.image(content);
      if (part.getFileName() != null) {
        form.fileName(part.getFileName());
      }
      String mediaType = part.getHeaders().get(HttpHeader.CONTENT_TYPE);
      if (mediaType != null) {
        form.mediaType(mediaType);
      }
      return;
    }
    try {
      form.text(name, StrictUtf8.decode(content));
    } catch (CharacterCodingException e) {
      form.text(name, ""); // A file in a field that is none is refused for that.
      throw notUtf8(name);
    }
  }

  private static byte[] content(MultiPart.Part part) {
    try {
      return BufferUtil.toArray(Content.Source.asByteBuffer(part.createContentSource()));
    } catch (IOException e) {
      throw new IllegalStateException("a part in memory is always read", e);
    }
  }

  private static Problem notUtf8(String field) {
    if (field.equals("caption")) {
      String detail = "the caption's bytes are not UTF-8";
      return PairForm.refused(new Rejection(RejectReason.CAPTION_NOT_UTF8, detail, Measured.NONE))
          .with("field", field);
    }
    return PairForm.refused(field, "the field's bytes are not UTF-8");
  }

  /**
   * Reads one object.
   *
   * @param json the text, from 0 up to {@code length}
   * @param what the text is, for problems
   * @throws Problem {@link ProblemKind#BODY_MALFORMED} where it is no JSON object, {@link
   *     ProblemKind#PAIR_REFUSED} where a field is not what it must be
   */
  static PairForm json(byte[] json, int length, String what) {
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
    } else if (field.equals("labels")) {
      form.labels(labels(value, parser));
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
          "image",
          "the image is not base64 as RFC 4648, section 4 writes it, on one line and without"
              + " \"data:image/…;base64,\" before it");
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

  private static List<String> labels(JsonToken value, JsonParser parser) throws IOException {
    List<String> labels = new ArrayList<>();
    boolean isArray = value == JsonToken.START_ARRAY;
    while (isArray && parser.nextToken() == JsonToken.VALUE_STRING) {
      labels.add(parser.getText());
    }
    if (!isArray || parser.currentToken() != JsonToken.END_ARRAY) {
      throw PairForm.refused("labels", "labels is an array of strings, such as [\"dog\", \"cat\"]");
    }
    return labels;
  }

  private static boolean isDuplicate(StreamReadException e) {
    return String.valueOf(e.getOriginalMessage()).startsWith("Duplicate field");
  }

  private static Problem malformed(String detail) {
    return Problem.of(ProblemKind.BODY_MALFORMED, detail);
  }
}
