package io.pairstream.drawing;

import io.pairstream.cleaning.RejectReason;
import io.pairstream.ingest.publish.NewPair;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * One item of the drawn stream.
 *
 * @param index its place in the stream, from 0
 * @param kind what is right or wrong with it
 * @param language language of its caption, {@code en} or {@code zh}
 * @param content what a producer sends
 */
public record DrawnPair(long index, DrawnKind kind, String language, Content content) {

  /** The reason for which the pair must be rejected, or empty where it must be kept. */
  public Optional<RejectReason> rejection() {
    return kind.rejection();
  }

  /** What a producer sends. */
  public sealed interface Content {

    /** A pair for a publisher. */
    record Submitted(NewPair pair) implements Content {}

    /** A record that no serializer of ours would write. */
    record Forged(String key, Frame frame, ByteBuffer body) implements Content {

      /** Added to our own schema's id, it gives one that no registry has handed out. */
      private static final int FAR_AWAY = 1_000_000_000;

      /**
       * The record's value.
       *
       * @param rawPairSchemaId id of {@code RawPair} in the registry
       */
      public byte[] value(int rawPairSchemaId) {
        byte[] value = new byte[frame.bytes() + body.remaining()];
        ByteBuffer target = ByteBuffer.wrap(value);
        if (frame != Frame.NONE) {
          target.put((byte) 0);
          target.putInt(frame == Frame.OWN_SCHEMA ? rawPairSchemaId : rawPairSchemaId + FAR_AWAY);
        }
        target.put(body.duplicate());
        return value;
      }
    }
  }

  /** What stands in front of a forged record's body. */
  public enum Frame {
    /** Nothing: the body is the whole value. */
    NONE,
    /** Confluent's five bytes with the id of our own schema. */
    OWN_SCHEMA,
    /** Confluent's five bytes with an id that the registry does not have. */
    UNKNOWN_SCHEMA;

    private int bytes() {
      return this == NONE ? 0 : 5;
    }
  }
}
