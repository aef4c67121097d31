package io.pairstream.ingest.pairs;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.schemas.wire.StrictUtf8;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.http.MultiPartFormData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Promise;

/** A pair as a form ({@code multipart/form-data}, RFC 7578), as browsers and curl send files. */
final class PairMultipart {

  /** Each field once, and every annotation that there may be. */
  private static final int MAX_PARTS = 16 + PairForm.MAX_ANNOTATIONS;

  private static final int MAX_PART_HEAD_BYTES = 4 * 1024;

  private PairMultipart() {}

  /**
   * Reads a form.
   *
   * @param contentType the header field, with the boundary
   * @throws Problem {@link ProblemKind#BODY_MALFORMED} where it is no form, {@link
   *     ProblemKind#PAIR_REFUSED} where a field is not what it must be
   */
  static PairForm read(String contentType, byte[] body) {
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
          "the body is no multipart/form-data with the declared boundary, or has more than "
              + MAX_PARTS
              + " parts");
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
      return ImageGate.refused(new Rejection(RejectReason.CAPTION_NOT_UTF8, detail, "", ""))
          .with("field", field);
    }
    return PairForm.refused(field, "the field's bytes are not UTF-8");
  }

  private static Problem malformed(String detail) {
    return Problem.of(ProblemKind.BODY_MALFORMED, detail);
  }
}
