package io.pairstream.storage;

import java.io.IOException;

/** An object is not in its store. */
public final class NoSuchObjectException extends IOException {

  private static final long serialVersionUID = 1L;

  NoSuchObjectException(String url) {
    super(url + " does not exist");
  }
}
