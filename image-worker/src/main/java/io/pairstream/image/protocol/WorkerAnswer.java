package io.pairstream.image.protocol;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.Rejection;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImageEncoding;
import io.pairstream.cleaning.image.Picture;
import io.pairstream.cleaning.image.PictureColour;
import io.pairstream.cleaning.image.PreparedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What became of one image: prepared pictures, or why there are none.
 *
 * <p>On the wire: int length of the rest, byte verdict. For a prepared image (0): int width, int
 * height, long hash; byte number of measures, name and double each; byte number of pictures, of
 * which the first is the main one: name, encoding, colour, int width, int height and int length
 * each, then the bytes of each. For a rejected one (1): reason, detail, measured, limit. All names
 * and texts are in modified UTF-8 behind two bytes of length.
 */
public record WorkerAnswer(Outcome<PreparedImage> outcome) {

  private static final int PREPARED = 0;
  private static final int REJECTED = 1;

  /** Far below what two bytes of length can say, whatever the characters. */
  private static final int MAX_TEXT = 10_000;

  /** Writes the whole frame. */
  public void writeTo(DataOutputStream out) throws IOException {
    for (PreparedImage prepared : outcome.keptOnly()) {
      write(prepared, out);
    }
    for (Rejection rejection : outcome.rejectedOnly()) {
      write(rejection, out);
    }
    out.flush();
  }

  private static void write(PreparedImage prepared, DataOutputStream out) throws IOException {
    ByteArrayOutputStream facts = new ByteArrayOutputStream();
    DataOutputStream head = new DataOutputStream(facts);
    head.writeByte(PREPARED);
    head.writeInt(prepared.originalWidthPx());
    head.writeInt(prepared.originalHeightPx());
    head.writeLong(prepared.perceptualHash());
    head.writeByte(prepared.measures().size());
    for (Map.Entry<String, Double> measure : prepared.measures().entrySet()) {
      head.writeUTF(measure.getKey());
      head.writeDouble(measure.getValue());
    }
    head.writeByte(1 + prepared.renditions().size());
    List<Picture> pictures = new ArrayList<>();
    pictures.add(writeFacts("", prepared.picture(), head));
    for (Picture.Named rendition : prepared.renditions()) {
      pictures.add(writeFacts(rendition.name(), rendition.picture(), head));
    }
    out.writeInt(facts.size() + pictures.stream().mapToInt(p -> p.encoded().size()).sum());
    facts.writeTo(out);
    for (Picture picture : pictures) {
      out.write(picture.encoded().bytes());
    }
  }

  private static Picture writeFacts(String name, Picture picture, DataOutputStream head)
      throws IOException {
    head.writeUTF(name);
    head.writeUTF(picture.encoding().name());
    head.writeUTF(picture.colour().name());
    head.writeInt(picture.widthPx());
    head.writeInt(picture.heightPx());
    head.writeInt(picture.encoded().size());
    return picture;
  }

  private static void write(Rejection rejection, DataOutputStream out) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream body = new DataOutputStream(bytes);
    body.writeByte(REJECTED);
    body.writeUTF(rejection.reason().name());
    for (String text : List.of(rejection.detail(), rejection.measured(), rejection.limit())) {
      body.writeUTF(text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT));
    }
    out.writeInt(bytes.size());
    bytes.writeTo(out);
  }

  /**
   * Reads a whole frame.
   *
   * @throws IOException if it is not one; a reason that nobody knows is a fault of ours, too
   */
  public static WorkerAnswer readFrom(DataInputStream in) throws IOException {
    byte[] frame = new byte[WorkerProtocol.readLength(in, 1)];
    in.readFully(frame);
    DataInputStream body = new DataInputStream(new ByteArrayInputStream(frame));
    int verdict = body.readUnsignedByte();
    return switch (verdict) {
      case PREPARED -> new WorkerAnswer(Outcome.kept(readPrepared(body)));
      case REJECTED -> new WorkerAnswer(Outcome.rejected(readRejection(body)));
      default -> throw new IOException("not an answer: verdict " + verdict);
    };
  }

  private static PreparedImage readPrepared(DataInputStream body) throws IOException {
    int widthPx = body.readInt();
    int heightPx = body.readInt();
    long hash = body.readLong();
    Map<String, Double> measures = new HashMap<>();
    for (int left = body.readUnsignedByte(); left > 0; left--) {
      measures.put(body.readUTF(), body.readDouble());
    }
    int count = body.readUnsignedByte();
    if (count == 0) {
      throw new IOException("not an answer: it has no picture");
    }
    List<PictureFacts> facts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      facts.add(PictureFacts.readFrom(body));
    }
    List<Picture.Named> pictures = new ArrayList<>();
    for (PictureFacts fact : facts) {
      pictures.add(fact.readPicture(body));
    }
    if (body.available() != 0) {
      throw new IOException("not an answer: " + body.available() + " bytes too many");
    }
    return new PreparedImage(
        pictures.get(0).picture(), pictures.subList(1, count), widthPx, heightPx, hash, measures);
  }

  private static Rejection readRejection(DataInputStream body) throws IOException {
    RejectReason reason = named(RejectReason.class, body.readUTF());
    return new Rejection(reason, body.readUTF(), body.readUTF(), body.readUTF());
  }

  private static <E extends Enum<E>> E named(Class<E> type, String name) throws IOException {
    try {
      return Enum.valueOf(type, name);
    } catch (IllegalArgumentException e) {
      throw new IOException("not an answer: no such " + type.getSimpleName(), e);
    }
  }

  private record PictureFacts(
      String name,
      ImageEncoding encoding,
      PictureColour colour,
      int widthPx,
      int heightPx,
      int bytes) {

    static PictureFacts readFrom(DataInputStream body) throws IOException {
      return new PictureFacts(
          body.readUTF(),
          named(ImageEncoding.class, body.readUTF()),
          named(PictureColour.class, body.readUTF()),
          body.readInt(),
          body.readInt(),
          body.readInt());
    }

    Picture.Named readPicture(DataInputStream body) throws IOException {
      if (bytes < 0 || bytes > body.available()) {
        throw new IOException("not an answer: a picture of " + bytes + " bytes");
      }
      EncodedImage encoded = new EncodedImage(body.readNBytes(bytes));
      return new Picture.Named(name, new Picture(encoded, encoding, colour, widthPx, heightPx));
    }
  }
}
