package io.pairstream.chaos.verify;

/** A way in which the accounts of a run can fail to close. */
public enum Breach {
  /** An acknowledged record is not where it was acknowledged. */
  INPUT_LOST,

  /** A raw record has no output. */
  NO_OUTPUT,

  /** A raw record that preprocessing has not committed. */
  UNDECIDED,

  /** A raw record has two outputs. */
  TWICE,

  /** A pair id was published twice. */
  PAIR_TWICE,

  /** A record that no producer sent, or an output of none. */
  STRANGER,

  /** An output that is not what belongs on its topic. */
  MISPLACED,

  /** An output that does not repeat its raw record, or another one's pixels of the same picture. */
  CONTENT,

  /** A good pair that was rejected. */
  GOOD_REJECTED,

  /** A record that had to be rejected and was published, or rejected for another reason. */
  WRONG_REASON,

  /** A record in quarantine that is not what was sent. */
  ORIGINAL_DAMAGED,

  /** One image in two of training, validation and test. */
  SPLIT_LEAK,

  /** A receipt that is missing or says otherwise than the topics. */
  RECEIPT,

  /** Records read during the run differ from those that are there afterwards. */
  LIVE,

  /** A transaction that never ends. */
  OPEN_TRANSACTION,

  /** The product's own audit says otherwise. */
  AUDIT
}
