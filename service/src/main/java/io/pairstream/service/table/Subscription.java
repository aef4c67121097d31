package io.pairstream.service.table;

/** Somebody who is told of changes, until closed. */
public interface Subscription extends AutoCloseable {

  @Override
  void close();
}
