package io.pairstream.ingest.unpack;

import java.io.IOException;

/** More comes out of compressed bytes than {@link UnpackMeter} lets through. */
public final class UnpackLimitException extends IOException {

  private static final long serialVersionUID = 1L;

  UnpackLimitException(String message) {
    super(message);
  }
}
