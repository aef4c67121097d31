package io.pairstream.cleaning;

/** Effect of a changed recipe key on pairs that were judged before. */
public enum KeyEffect {

  /** Steps must run again; a step's key does so unless the step says otherwise. */
  REMAKES,

  /** {@link Step#judgeStored} decides about published pairs. */
  JUDGES_STORED,

  /**
   * A limit of the picture's measures: {@link Step#judgeStored} decides about published pairs, and
   * the measured value that a quarantined pair broke the limit with about that pair.
   */
  LIMITS_PICTURE,

  /** Every published pair carries the new value; no pair is rejected for it. */
  MARKS_EVERY_PAIR,

  /** Pairs are put into another split, or compared with others in another way. */
  PLACES,

  /** Views and pages heed it; every pair stays as it is. */
  SELECTS
}
