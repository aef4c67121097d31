package io.pairstream.service.table;

import java.util.Optional;

/** A view's table while a {@link Fold} changes it; sees its own changes. */
public interface Table {

  /** The value under a key; nothing where there is none, or it is no longer kept. */
  Optional<byte[]> get(byte[] key);

  void put(byte[] key, byte[] value);

  void delete(byte[] key);

  /**
   * Shows the entries whose keys begin with {@code prefix}, in the keys' byte order. The visitor
   * changes nothing.
   */
  void scan(byte[] prefix, TopicTable.Visitor visitor);
}
