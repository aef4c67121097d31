package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Step;

public final class ProbeImage implements Step<EncodedImage, ProbedImage> {
  @Override
  public Outcome<ProbedImage> apply(EncodedImage input) {
    throw new IllegalStateException("to be written");
  }
}
