package io.pairstream.cleaning.image;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.Step;

public final class RefuseUnhandledImages implements Step<ProbedImage, ProbedImage> {
  @Override
  public Outcome<ProbedImage> apply(ProbedImage input) {
    throw new IllegalStateException("to be written");
  }
}
