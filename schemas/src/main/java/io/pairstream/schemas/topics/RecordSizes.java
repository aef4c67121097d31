package io.pairstream.schemas.topics;

/** The largest records on each side of the line, in bytes. Sizes are decided before a send. */
public final class RecordSizes {

  private static final int MIB = 1024 * 1024;

  /** An image file as received. */
  public static final int MAX_IMAGE = 8 * MIB;

  /** A raw record, with key, headers and caption. */
  public static final int MAX_RAW_RECORD = 9 * MIB;

  /** Any other record: a quarantined one wraps a raw one. Also the broker's own limit. */
  public static final int MAX_RECORD = 10 * MIB;

  /** A takedown with its key: some names and a cause in words. */
  public static final int MAX_TAKEDOWN = 256 * 1024;

  /**
   * Most records that a reader of producers' topics takes at a time. A packed batch of a few kB may
   * hold thousands of the largest, and no setting bounds what a poll unpacks but their number.
   */
  public static final int RECORDS_PER_POLL = 8;

  private RecordSizes() {}
}
