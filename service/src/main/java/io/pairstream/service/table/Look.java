package io.pairstream.service.table;

import java.util.Optional;

/**
 * A view's table as it stands at one moment: what is read together belongs together. Good for as
 * long as {@link TopicTable#look} lends it. Shows entries that are no longer kept, too, as long as
 * nobody has taken them out. Not thread-safe.
 */
public interface Look {

  /** The value under a key. */
  Optional<byte[]> get(byte[] key);

  /** The entries whose keys begin with {@code prefix}, in the keys' byte order. */
  Walk walk(byte[] prefix);

  /** Where one is among entries; nowhere before the first {@link #seek}. */
  interface Walk {

    /**
     * Goes to the first entry whose key is {@code key} or behind it.
     *
     * @param key begins with the walk's prefix
     * @return whether there is one
     */
    boolean seek(byte[] key);

    /** Goes on to the next entry; whether there is one. */
    boolean next();

    /** The whole key of the entry, the prefix included. */
    byte[] key();

    byte[] value();
  }
}
