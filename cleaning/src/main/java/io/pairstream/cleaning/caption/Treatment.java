package io.pairstream.cleaning.caption;

/** What becomes of something that does not describe the image: a link, an address, a number. */
enum Treatment {
  /** It goes, and the caption stays. */
  REMOVE("removed"),

  /** A word in brackets takes its place. */
  MASK("masked"),

  /** It stays. */
  KEEP("kept"),

  /** The caption is rejected. */
  REJECT("rejected with the caption");

  private final String inWords;

  Treatment(String inWords) {
    this.inWords = inWords;
  }

  String inWords() {
    return inWords;
  }
}
