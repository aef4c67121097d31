package io.pairstream.operations.pairs;

/** What is shown of an image: a picture of our own making, or why there is none. */
sealed interface ShownPicture {

  /**
   * A JPEG file without metadata.
   *
   * @param jpeg nobody changes it
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Jpeg(byte[] jpeg) implements ShownPicture {}

  /**
   * Nothing.
   *
   * @param why in a sentence, for whoever looks
   */
  record None(String why) implements ShownPicture {}
}
