package io.pairstream.cleaning.split;

/** The part of the data set that a pair belongs to. */
public enum Split {
  TRAINING,
  VALIDATION,
  TEST
}
